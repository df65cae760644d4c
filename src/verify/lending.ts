import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LendAnswer, LendEnd, LendRequest } from './given/messages.ts';
import { cleanEnvironment } from './surroundings.ts';

/** What is lent to one look at a backend. */
export interface Lending extends LendAnswer {
  /** Takes everything back; what could not be, each with the reason. */
  end(): Promise<string[]>;
}

const NOTHING: Lending = { end: async () => [] };
const PATIENCE = 60_000;

/**
 * Makes databases on the servers that the person named and lends them, until `end` is called or this process is gone,
 * however it went: the program that does it is one of its own. Never rejects; each part says its problem.
 */
export async function lend(request: LendRequest): Promise<Lending> {
  if (!request.database && !request.redis) return NOTHING;
  const [program = '', ...words] = lenderCommand();
  const child = spawn(program, words, {
    // In a session of its own: Ctrl-C in a terminal goes to everything in ours.
    detached: true,
    env: cleanEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = sayings(child);
  child.stdin?.on('error', () => {});
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  const answer = (await said()) as LendAnswer | { failed: string };
  const end = async () => {
    child.stdin?.end();
    const last = (await said()) as LendEnd | { failed: string };
    return 'left' in last ? last.left : [last.failed];
  };
  if (!('failed' in answer)) return { ...answer, end };
  child.stdin?.end();
  const problem = { problem: answer.failed };
  return {
    ...(request.database && { database: problem }),
    ...(request.redis && { redis: problem }),
    end: async () => [],
  };
}

/** Its answers, one a call; an end or a long silence is one as well. */
function sayings(child: ChildProcess): () => Promise<unknown> {
  let error = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    error = (error + text).slice(-2000);
  });
  const lines = child.stdout && createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return () => {
    const failed = (why: string) => ({ failed: error.trim().split('\n').at(-1) || why });
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(failed('the lender does not answer')), PATIENCE);
      const settle = (value: unknown) => {
        clearTimeout(timer);
        resolve(value);
      };
      child.once('error', ({ message }) => settle({ failed: message }));
      lines?.next().then(({ done, value }) => settle(done ? failed('the lender ended') : JSON.parse(value)));
    });
  };
}

/** The program beside the bundle; from source, the source with what runs TypeScript. */
function lenderCommand(): string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  const built = [join(here, 'lender.js'), join(here, '..', 'lender.js')].find((path) => existsSync(path));
  if (built) return [process.execPath, built];
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [process.execPath, '--import', loader, join(here, 'given', 'lender.ts')];
}
