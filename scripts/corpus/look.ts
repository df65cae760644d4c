import { spawn } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A finding of one package, as the command's JSON has it. */
export interface CorpusFinding {
  package: string;
  transform: string;
  safety: string;
  message: string;
  next?: string;
  file: string;
  line: number;
  /** The lines that it would write, with those that they replace. */
  diff: string;
}

export interface Looked {
  package: string;
  findings: CorpusFinding[];
  seconds: number;
  /** Why there is nothing, where the command did not end well. */
  problem?: string;
}

const LIMIT = 300_000;

/** Audits one unpacked package (absolute folder) with the built command. Runs none of its code. */
export async function lookAt(name: string, absoluteFolder: string, command: string): Promise<Looked> {
  const began = Date.now();
  const ended = await run(command, [absoluteFolder, '--dry-run', '--unsafe', '--format=json']);
  const seconds = (Date.now() - began) / 1000;
  if (ended.code !== 0 && ended.code !== 1)
    return { package: name, findings: [], seconds, problem: `exit ${ended.code}: ${lastLine(ended.err)}` };
  return { package: name, findings: findingsIn(name, ended.out), seconds };
}

/** Applies everything to a copy: whether each changed Python file still compiles, and whether a second run changes nothing. */
export async function applyTo(
  absoluteFolder: string,
  absoluteCopy: string,
  command: string,
): Promise<string[]> {
  rmSync(absoluteCopy, { recursive: true, force: true });
  cpSync(absoluteFolder, absoluteCopy, { recursive: true });
  const words = [absoluteCopy, '--yes', '--unsafe', '--verify=none', '--format=json'];
  const wrong: string[] = [];
  const first = await run(command, words);
  if (first.code !== 0 && first.code !== 1) wrong.push(`exit ${first.code}: ${lastLine(first.err)}`);
  for (const file of changedPython(absoluteFolder, absoluteCopy)) {
    const before = await run('-', ['-c', COMPILE, join(absoluteFolder, file)], 'python3');
    const after = await run('-', ['-c', COMPILE, join(absoluteCopy, file)], 'python3');
    if (before.code === 0 && after.code !== 0)
      wrong.push(`${file} does not compile any more: ${lastLine(after.err)}`);
  }
  const middle = snapshot(absoluteCopy);
  await run(command, words);
  if (snapshot(absoluteCopy) !== middle) wrong.push('the second run changes something');
  rmSync(absoluteCopy, { recursive: true, force: true });
  return wrong;
}

const COMPILE = 'import sys; compile(open(sys.argv[1], "rb").read(), sys.argv[1], "exec", dont_inherit=True)';

interface Shown extends Pick<CorpusFinding, 'transform' | 'message' | 'file' | 'line'> {
  safety: string;
  next: string | null;
  reason?: string;
  files?: { path: string; diff: string }[];
}

/** What would change and what is left of every project in the command's JSON. Notes are no findings. */
function findingsIn(name: string, json: string): CorpusFinding[] {
  const { projects = [] } = JSON.parse(json) as { projects?: { changes?: Shown[]; left?: Shown[] }[] };
  return projects.flatMap(({ changes = [], left = [] }) =>
    [...changes, ...left].map(({ transform, safety, message, next, file, line, files = [] }) => ({
      package: name,
      transform,
      safety,
      message,
      ...(next && { next }),
      file,
      line,
      diff: files.map((one) => `${one.path}\n${one.diff}`).join('\n'),
    })),
  );
}

function changedPython(one: string, other: string): string[] {
  return readdirSync(other, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.py') &&
      !name.includes('.fix-backend') &&
      read(join(one, name)) !== read(join(other, name)),
  );
}

function snapshot(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.includes('.fix-backend'),
  );
  return names
    .sort()
    .map((name) => `${name}:${read(join(folder, name)) ?? ''}`)
    .join('\0');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

async function run(script: string, words: string[], program = process.execPath) {
  const child = spawn(program, script === '-' ? words : [script, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err = (said.err + text).slice(-4000);
  });
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stop = new AbortController();
  const late = wait(LIMIT, undefined, { signal: stop.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  const code = await end;
  stop.abort();
  await late;
  return { code, ...said };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
