import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface FileFacts {
  imports: { module: string; name: string; line: number }[];
  calls: { name: string; keywords: Record<string, string>; line: number }[];
  /** Annotated assignments anywhere in the file: name to value. */
  assigned: Record<string, string>;
}

/** By path. */
export type Sources = Record<string, FileFacts>;

const program = fileURLToPath(new URL('sources.py', import.meta.url));

/** Reads every Python file of a folder with Python's own parser. Throws where one does not parse. */
export function readSources(absoluteFolder: string): Sources {
  const { status, stdout, stderr } = spawnSync('python3', [program, absoluteFolder], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${absoluteFolder} could not be read: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout) as Sources;
}
