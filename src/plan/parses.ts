import { parse as parseToml } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { position, type SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import type { Parses } from './apply-pass.ts';

/** Text without a byte-order mark: none of the parsers wants one. */
function body(file: SourceFile): string {
  return file.text.replace(/^\uFEFF/, '');
}

/** Throws where the text is not what the file's name says. */
const DATA_FORMATS: [RegExp, (file: SourceFile) => void][] = [
  [/\.json$/, (file) => void JSON.parse(body(file))],
  [/(\.toml|^Pipfile|\/Pipfile)$/, (file) => void parseToml(body(file))],
  [/\.ya?ml$/, checkYaml],
];

function checkYaml(file: SourceFile): void {
  for (const document of parseAllDocuments(body(file))) {
    const error = 'errors' in document ? document.errors[0] : undefined;
    if (error) throw error;
  }
}

/** One check made of several: the languages' own for source files, and the formats of settings files here. */
export function parsesAs(languages: { files: RegExp; parses: Parses }[]): Parses {
  return (file) => {
    const language = languages.find(({ files }) => files.test(file.path));
    if (language) return language.parses(file);
    const format = DATA_FORMATS.find(([name]) => name.test(file.path));
    if (!format) return undefined;
    try {
      format[1](file);
      return undefined;
    } catch (error) {
      return syntaxProblem(file, error);
    }
  };
}

function syntaxProblem(file: SourceFile, error: unknown): Problem {
  const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  return {
    file: file.path,
    ...placeOf(file, error),
    message: `does not parse: ${reason}`,
    next: `Mend the syntax of ${file.path} and run fix-backend again.`,
  };
}

/** smol-toml names line and column, yaml an offset, JSON.parse nothing that could be relied upon. */
function placeOf(file: SourceFile, error: unknown): { line?: number; column?: number } {
  if (typeof error !== 'object' || error === null) return {};
  if ('line' in error && typeof error.line === 'number') {
    return {
      line: error.line,
      ...('column' in error && typeof error.column === 'number' ? { column: error.column } : {}),
    };
  }
  if ('pos' in error && Array.isArray(error.pos) && typeof error.pos[0] === 'number') {
    return position(file.text, error.pos[0]);
  }
  return {};
}
