import { type ChildProcess, spawn } from 'node:child_process';
import { killTree } from './process-tree.ts';

export interface Done {
  /** The exit code; null where a signal or the limit ended it. */
  code: number | null;
  out: string;
  error: string;
  late: boolean;
}

export interface RunOptions {
  /** Absolute. */
  cwd?: string;
  env: Record<string, string>;
  /** Milliseconds. */
  limit: number;
  signal?: AbortSignal | undefined;
  /** Each line of standard output or error, as it comes. */
  onLine?: (line: string, stream: 'out' | 'error') => unknown;
}

const KEPT = 2_000_000;
/** A line that is longer is none of ours, and would fill the memory. */
const LONGEST = 64_000_000;

/**
 * Runs a command without a shell and without input, in a process group of its own, which is killed at the limit
 * and when the signal aborts. Never rejects: a command that is not there ends with code 127.
 * Its standard input stays open until it ends, so that a child can tell when this process is gone.
 */
export function run(command: readonly string[], options: RunOptions): Promise<Done> {
  const [program = '', ...words] = command;
  return new Promise((resolve) => {
    const done: Done = { code: null, out: '', error: '', late: false };
    const child = spawn(program, words, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stop = () => killAll(child);
    const timer = setTimeout(() => {
      done.late = true;
      stop();
    }, options.limit);
    listen(child, done, options.onLine);
    children.add(child);
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) stop();
    const end = (code: number | null) => {
      clearTimeout(timer);
      children.delete(child);
      options.signal?.removeEventListener('abort', stop);
      resolve({ ...done, code });
    };
    child.stdin?.on('error', () => {});
    child.on('error', (error) => {
      done.error += error.message;
      end(127);
    });
    child.on('close', end);
  });
}

const children = new Set<ChildProcess>();

/** Kills what is still running; for the moment before this process ends. */
export function killRunning(): void {
  for (const child of children) killAll(child);
}

function killAll({ pid }: ChildProcess): void {
  if (pid !== undefined) killTree(pid);
}

function listen(child: ChildProcess, done: Done, onLine: RunOptions['onLine']): void {
  const rest = { out: '', error: '' };
  const take = (stream: 'out' | 'error', piece: string) => {
    done[stream] += piece;
    if (done[stream].length > 2 * KEPT) done[stream] = done[stream].slice(-KEPT);
    if (rest[stream].length > LONGEST) rest[stream] = '';
    const lines = piece.split(/\r?\n|\r/);
    lines[0] = rest[stream] + lines[0];
    rest[stream] = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, stream);
  };
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => take('out', piece));
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => take('error', piece));
}

/** The last lines of what a command said that hold anything, joined for one line of evidence. */
export function lastLines(text: string, count = 3): string {
  const lines = text.split('\n').map((line) => plain(line).trim());
  return lines.filter(Boolean).slice(-count).join(' | ').slice(-900);
}

/** A text without terminal escapes and other control characters, but for tab and newline. */
export function plain(text: string): string {
  return text
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}
