import type { SourceFile } from '../files/source-file.ts';
import { linesOf, type WrittenValue } from './range.ts';

export interface DockerVariable extends WrittenValue {
  name: string;
}

/** What a Dockerfile says of how the server is built and started. */
export interface Dockerfile {
  environment: DockerVariable[];
  /** `3.12` of the last `FROM python:3.12-slim`. */
  python?: string;
}

/** `ENV A=b C="d"` and the old `ENV A b`; docs.docker.com/reference/dockerfile/#env. */
const PAIR = /([A-Za-z_]\w*)=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s"'\\])*)/g;

/** Reads the ENV lines and the Python image of a Dockerfile. Other instructions are passed over; nothing is thrown. */
export function readDockerfile(file: Pick<SourceFile, 'text'>): Dockerfile {
  const environment: DockerVariable[] = [];
  let python: string | undefined;
  let inEnv = false;
  for (const line of linesOf(file.text)) {
    const from = /^\s*FROM\s+(?:--\S+\s+)?(?:\S*\/)?python:(\d+(?:\.\d+)?)/i.exec(line.text);
    if (from) python = from[1];
    if (inEnv || /^\s*ENV\s/i.test(line.text)) environment.push(...variablesIn(line.text, line.start));
    inEnv = (inEnv || /^\s*ENV\s/i.test(line.text)) && /\\\s*$/.test(line.text);
  }
  return { environment, ...(python && { python }) };
}

function variablesIn(text: string, start: number): DockerVariable[] {
  const old = /^\s*ENV\s+([A-Za-z_]\w*)[ \t]+([^=\s][^\r\n]*?)\s*$/i.exec(text);
  if (old?.[1] && old[2] !== undefined) {
    const at = start + text.lastIndexOf(old[2]);
    return [
      { name: old[1], value: old[2], valueRange: { start: at, end: at + old[2].length }, verbatim: true },
    ];
  }
  return [...text.matchAll(PAIR)].map((match) => {
    const [whole, name = '', raw = ''] = match;
    const quotes = /^["']/.test(raw) ? 1 : 0;
    const at = start + match.index + whole.length - raw.length + quotes;
    const value = raw.slice(quotes, raw.length - quotes);
    return {
      name,
      value,
      valueRange: { start: at, end: at + value.length },
      verbatim: !value.includes('\\'),
    };
  });
}
