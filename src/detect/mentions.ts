import type { SourceFile } from '../files/source-file.ts';

const known = new WeakMap<SourceFile, Map<string, boolean>>();

/** True where a file's text holds one of the literals. Each literal is searched for once in a file, however many transforms name it and in whichever pass. */
export function mentions(file: SourceFile, literals: readonly string[]): boolean {
  const ofFile = known.get(file) ?? new Map<string, boolean>();
  known.set(file, ofFile);
  return literals.some((literal) => {
    const found = ofFile.get(literal) ?? file.text.includes(literal);
    ofFile.set(literal, found);
    return found;
  });
}
