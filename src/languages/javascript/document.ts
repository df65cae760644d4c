import type { SourceFile } from '../../files/source-file.ts';
import type { Place, Problem } from '../../types.ts';
import { type JavaScriptTree, parseJavaScript } from './parse.ts';

type Parsed = ReturnType<typeof parseJavaScript>;

/** Keyed by the file, so that passes over an unchanged file share one parse. */
const parsed = new WeakMap<SourceFile, Parsed>();

/** One JavaScript or TypeScript file. It is parsed once, when it is first looked at; `loadJavaScript()` must have been awaited. */
export class JavaScriptDocument {
  readonly file: SourceFile;

  constructor(file: SourceFile) {
    this.file = file;
  }

  get path(): string {
    return this.file.path;
  }

  get text(): string {
    return this.file.text;
  }

  /** Babel's tree, shared by all transforms and so never to be changed; undefined where the file does not parse. */
  get tree(): JavaScriptTree | undefined {
    const found = this.parsed;
    return 'tree' in found ? found.tree : undefined;
  }

  /** The first syntax error. */
  get problem(): Problem | undefined {
    const found = this.parsed;
    if (!('error' in found)) return undefined;
    const { line, column, message } = found.error;
    return {
      file: this.path,
      line,
      column,
      message: `does not parse (line ${line}, column ${column}): ${message}`,
      next: `Correct ${this.path} at line ${line} and run again.`,
    };
  }

  /** Lets go of the tree, which takes some hundred times the room of the text; it is read again when it is asked for. */
  forget(): void {
    parsed.delete(this.file);
  }

  place(start: number, end: number): Place {
    return { file: this.path, start, end };
  }

  private get parsed(): Parsed {
    let found = parsed.get(this.file);
    if (!found) {
      found = parseJavaScript(this.path, this.text);
      parsed.set(this.file, found);
    }
    return found;
  }
}
