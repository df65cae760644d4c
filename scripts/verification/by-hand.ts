/**
 * Proves the material without the product: starts every defect and every twin with uvicorn on a database of its own, waits for
 * /health and puts the requests of its `asks`. The twin must keep every line, the defect must break at least one.
 *
 *     npx tsx scripts/verification/by-hand.ts PYTHON POSTGRES [ID…]
 *
 * PYTHON has the packages of all three backends; POSTGRES is an address without a database (postgresql://user@host:port) of a server where
 * databases may be made and dropped. Exit 1 where something does not hold.
 *
 * A line of `asks` is `METHOD PATH [JSON] STATUS [~ REGEX | !~ REGEX]`: what is asked, the status and what the answer says. `$2` is
 * the id in the second answer; `20x ` before a line asks so often; `restart` starts the server anew; `log !~ REGEX` is about the log; `no open transaction`
 * about the connections to the database.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../src/verify/job.ts';
import { type Defect, type Variant, writeBackend } from './defect.ts';
import { DEFECTS } from './defects.ts';

const START_LIMIT = 20_000;
const ASK = /^(?:(\d+)x )?([A-Z]+) (\S+)(?: (\{.*\}|\[.*\]))? (\d{3})(?: (!?)~ (.+))?$/;
const [python = '', postgres = '', ...only] = process.argv.slice(2);

class Server {
  private child: ReturnType<typeof spawn> | undefined;
  readonly log: string;

  constructor(
    private readonly absoluteFolder: string,
    private readonly target: string,
    private readonly port: number,
    private readonly env: Record<string, string>,
  ) {
    this.log = join(absoluteFolder, 'server.log');
  }

  async start(): Promise<void> {
    const log = openSync(this.log, 'a');
    const words = ['-m', 'uvicorn', this.target, '--host', '127.0.0.1', '--port', String(this.port)];
    this.child = spawn(python, words, {
      cwd: this.absoluteFolder,
      env: this.env,
      stdio: ['ignore', log, log],
    });
    const end = Date.now() + START_LIMIT;
    while (Date.now() < end && this.child.exitCode === null) {
      if ((await this.ask('GET', '/health').catch(() => undefined))?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`/health does not answer: ${readFileSync(this.log, 'utf8').slice(-800)}`);
  }

  async ask(method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  }
}

/** What of the lines does not hold, in words. Throws where the backend does not start. */
async function brokenLines(defect: Defect, variant: Variant): Promise<string[]> {
  const absoluteFolder = mkdtempSync(join(tmpdir(), 'fixb-by-hand-'));
  const database = `fixb_defects_${process.pid}_${variant}`;
  const sql = (statement: string) => execFileSync('psql', [`${postgres}/postgres`, '-qc', statement]);
  writeBackend(absoluteFolder, defect, variant);
  const address = /^DATABASE_URL=([\w+]+):/m.exec(readFileSync(join(absoluteFolder, '.env'), 'utf8'))?.[1];
  const sqlite = address?.startsWith('sqlite');
  const env = {
    PATH: `${dirname(python)}:/usr/local/bin:/usr/bin:/bin`,
    PYTHONUNBUFFERED: '1',
    TZ: 'UTC',
    ...(sqlite ? {} : { DATABASE_URL: `${postgres}/${database}`.replace('postgresql', address ?? '') }),
  };
  const server = new Server(absoluteFolder, `${packageOf(defect)}.main:app`, await freePort(0), env);
  try {
    if (!sqlite) sql(`CREATE DATABASE ${database}`);
    if (defect.backend === 'shop')
      execFileSync(python, ['-m', 'alembic', 'upgrade', 'head'], { cwd: absoluteFolder, env, stdio: 'pipe' });
    await server.start();
    return await ask(server, defect.asks, () => openTransactions(database));
  } finally {
    await server.stop();
    if (!sqlite) sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    if (process.env.FIXB_KEEP) console.log(`       kept: ${absoluteFolder}`);
    else rmSync(absoluteFolder, { recursive: true, force: true });
  }
}

function packageOf({ backend }: Defect): string {
  return backend === 'library' ? 'app' : backend;
}

function openTransactions(database: string): number {
  const counted = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND state LIKE 'idle in%'`;
  return Number(execFileSync('psql', [`${postgres}/postgres`, '-qAtc', counted], { encoding: 'utf8' }));
}

async function ask(server: Server, lines: readonly string[], open: () => number): Promise<string[]> {
  const broken: string[] = [];
  const ids: string[] = [];
  for (const line of lines) {
    if (line === 'restart') {
      await server.stop();
      await server.start().catch((error) => broken.push(`restart: ${lastLine(String(error))}`));
      continue;
    }
    if (line === 'no open transaction') {
      const left = open();
      if (left) broken.push(`${line}: ${left}`);
      continue;
    }
    const log = /^log !~ (.+)$/.exec(line)?.[1];
    if (log) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const said = new RegExp(`.*${log}.*`).exec(readFileSync(server.log, 'utf8'))?.[0];
      if (said) broken.push(`log: ${said}`);
      continue;
    }
    const [, times = '1', method = '', path = '', body, status, not, regex] = ASK.exec(line) ?? [];
    if (!method) throw new Error(`no such line: ${line}`);
    const filled = (text: string) => text.replace(/\$(\d)/g, (_, at) => ids[Number(at) - 1] ?? '0');
    for (let left = Number(times); left > 0; left -= 1) {
      const answer = await server.ask(method, filled(path), body && filled(body)).catch((error) => ({
        status: 0,
        text: String(error),
      }));
      ids.push(String(idOf(answer.text)));
      const says = regex === undefined || new RegExp(filled(regex)).test(answer.text) !== Boolean(not);
      if (answer.status !== Number(status) || !says) {
        broken.push(`${line}: ${answer.status} ${answer.text.slice(0, 200)}`);
        break;
      }
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 300)); // a traceback is logged after its answer
  if (broken.length) broken.push(lastLine(readFileSync(server.log, 'utf8')));
  return broken;
}

function idOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string {
  const errors = [
    ...text.matchAll(/^[ |]*((?:[a-z]\w*\.)*[A-Z]\w+(?:Error|Exception|Greenlet|Found): .*)$/gm),
  ];
  return `(${(errors.at(-1)?.[1] ?? 'no error is logged').slice(0, 240)})`;
}

let wrong = 0;
for (const defect of DEFECTS.filter(({ id }) => only.length === 0 || only.includes(id))) {
  for (const variant of ['defect', 'twin'] as const) {
    const broken = await brokenLines(defect, variant).catch((error) => [`does not start: ${error}`]);
    const started = !broken[0]?.startsWith('does not start');
    const right = started && broken.length > 0 === (variant === 'defect');
    if (!right) wrong += 1;
    console.log(
      `${right ? 'holds' : 'WRONG'}  ${variant.padEnd(6)} ${defect.id}  ${broken.join('\n       ')}`,
    );
  }
}
process.exitCode = wrong ? 1 : 0;
