import type { WrittenValue } from './range.ts';
import { assignmentIn, shellWords, type Word } from './shell-words.ts';

interface Assigned extends WrittenValue {
  name: string;
}

/** One simple command of a line: `A=b uvicorn app:app`. */
interface Simple {
  assigned: Assigned[];
  program: string;
  exported: boolean;
}

/** Programs that are Python, or run it. What another program makes of a variable is not known. */
const PYTHON =
  /^(python[\d.]*|pypy[\d.]*|uvicorn|gunicorn|hypercorn|granian|daphne|fastapi|flask|alembic|celery|arq|rq|taskiq|dramatiq|pytest|poetry|uv|uvx|pipenv|pdm|hatch|rye)$/;
/** They run what comes behind them, with the variables that are set in between. */
const BEFORE = new Set(['env', 'exec', 'export', 'time', 'nohup']);
const SHELL = /^(ba|da|a|z)?sh$/;
const OPERATOR = /(?:"(?:\\[\s\S]|[^"\\])*"|'[^']*'|\\[\s\S]|[^"'\\;&|\n])+/g;

/**
 * The variables that a command line sets for the Python programs it starts: in front of one (`A=b uvicorn app:app`, `env A=b
 * uvicorn …`), exported before one, or in the script behind `sh -c`. Ranges start from `offset`.
 */
export function commandVariables(text: string, offset = 0): Assigned[] {
  const joined = text.replace(/\\\r?\n/g, (mark) => ' '.repeat(mark.length));
  const parts = [...joined.matchAll(OPERATOR)];
  const read = parts.map((match) => simpleOf(wordsOf(match[0], offset + match.index)));
  const nested = parts.flatMap((match) => scripts(shellWords(match[0], offset + match.index)));
  const isPython = read.some(({ program }) => PYTHON.test(program));
  const own = read.flatMap(({ assigned, program, exported }) =>
    PYTHON.test(program) || (exported && isPython) ? assigned : [],
  );
  return [...own, ...nested];
}

/** The same for a command that is written as a list: `["sh", "-c", "A=b uvicorn app:app"]`, `["env", "A=b", "uvicorn", "app:app"]`. */
export function variablesOfWords(words: readonly Word[]): Assigned[] {
  const { assigned, program } = simpleOf(words.map((word) => ({ word, raw: word.value })));
  const own = baseOf(words[0]?.value ?? '') === 'env' && PYTHON.test(program) ? assigned : [];
  return [...own, ...scripts(words)];
}

function wordsOf(text: string, offset: number): { word: Word; raw: string }[] {
  return shellWords(text, offset).map((word) => ({
    word,
    raw: text.slice(word.valueRange.start - offset, word.valueRange.end - offset),
  }));
}

function simpleOf(words: readonly { word: Word; raw: string }[]): Simple {
  const simple: Simple = { assigned: [], program: '', exported: false };
  for (const { word, raw } of words) {
    const assigned = assignmentIn(word, raw);
    if (assigned) simple.assigned.push(assigned);
    else if (BEFORE.has(baseOf(word.value))) simple.exported ||= word.value === 'export';
    else if (!word.value.startsWith('-')) {
      simple.program = baseOf(word.value);
      break;
    }
  }
  return simple;
}

/** `env` of `/usr/bin/env`. */
function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The script of `sh -c "…"`, where it stands as it is read. */
function scripts(words: readonly Word[]): Assigned[] {
  return words.flatMap((word, index) => {
    const isScript = /^-\w*c$/.test(words[index - 1]?.value ?? '') && word.verbatim;
    const isShell = words.slice(0, index).some(({ value }) => SHELL.test(baseOf(value)));
    return isScript && isShell ? commandVariables(word.value, word.valueRange.start) : [];
  });
}
