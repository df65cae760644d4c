import type { SourceFile } from '../files/source-file.ts';
import { linesOf, problemAt, type Reading, type WrittenValue } from './range.ts';
import { shellWords, type Word } from './shell-words.ts';

/** `web: uvicorn app.main:app`. */
export interface Process extends WrittenValue {
  /** `web`, `worker`, `release`. */
  name: string;
  /** The command, word by word. */
  words: Word[];
  line: number;
}

/** The processes of a Procfile: devcenter.heroku.com/articles/procfile. Blank lines and comments are passed over. */
export function readProcfile(file: Pick<SourceFile, 'path' | 'text'>): Reading<Process> {
  const reading: Reading<Process> = { entries: [], problems: [] };
  for (const line of linesOf(file.text)) {
    if (/^\s*(#|$)/.test(line.text)) continue;
    const [, lead = '', name = '', value = ''] = /^(\s*([\w-]+)\s*:\s*)(\S.*?)\s*$/.exec(line.text) ?? [];
    if (name === '') {
      reading.problems.push(problemAt(file, line.start, 'A line of a Procfile is `name: command`.'));
      continue;
    }
    const start = line.start + lead.length;
    const valueRange = { start, end: start + value.length };
    reading.entries.push({
      name,
      value,
      valueRange,
      verbatim: true,
      words: shellWords(value, start),
      line: line.line,
    });
  }
  return reading;
}
