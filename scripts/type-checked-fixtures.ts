/**
 * The fixtures that the main job cannot start, with the real packages: `before` has to fail as the catalogue says, `after` to pass its
 * type-check and to start as far as that is possible here. Wants the package index; PostgreSQL for Prisma's server. Exit 1 on any other end.
 *
 *     npm run fixtures:check
 *     npm run fixtures:check -- prisma        # those whose name has this in it
 *     POSTGRES_URL=postgresql://me@host/postgres npm run fixtures:check
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort } from '../src/verify/job.ts';

const fixtures = fileURLToPath(new URL('../__testfixtures__', import.meta.url));
const POSTGRES = process.env.POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/** A command in the backend's folder, and what it has to say before and after: patterns of a failure, or that it passes. */
interface Step {
  command: string[];
  env?: Record<string, string>;
  before: RegExp[] | 'passes' | 'skipped';
  after: RegExp[] | 'passes';
}

/** Where nothing listens: a port that was free a moment ago. */
const NOWHERE = `127.0.0.1:${await freePort(0)}`;

/**
 * Commands of Prisma want the path of an engine for migrations, which is downloaded from outside the package index. To validate
 * and to generate they never run it, so any program will do.
 */
const NO_ENGINE = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };

const STEPS: Record<string, Step[]> = {
  'mongoose-5-code-on-9': [
    {
      // It writes JavaScript even so.
      command: ['tsc'],
      before: [
        /server\.ts.*'"useCreateIndex"' is not assignable/,
        /server\.ts.*Expected 1-2 arguments, but got 3/,
        /Property 'count' does not exist/,
        /Property 'update' does not exist/,
        /Property 'remove' does not exist/,
        /Property 'findOneAndRemove' does not exist/,
        /'typeof ObjectId' is not callable/,
        /book\.ts.*This expression is not callable/,
      ],
      after: 'passes',
    },
    {
      command: ['node', 'dist/server.js'],
      env: { MONGODB_URI: `mongodb://${NOWHERE}/library?serverSelectionTimeoutMS=500` },
      before: [/SetOptionError: .*"useCreateIndex" is not a valid option to set/],
      after: [/^No database: connect ECONNREFUSED/],
    },
  ],
  'prisma-6-code-on-7': [
    {
      command: ['prisma', 'validate'],
      env: NO_ENGINE,
      before: [
        /P1012/,
        /property `url` is no longer supported/,
        /property `directUrl` is no longer supported/,
      ],
      after: 'passes',
    },
    { command: ['prisma', 'generate'], env: NO_ENGINE, before: [/P1012/], after: 'passes' },
    // Without a client there are no types to check.
    { command: ['tsc'], before: 'skipped', after: 'passes' },
  ],
};

/** What is asked of a server that runs, where its database is here. */
const STARTS: Record<string, (folder: string) => Promise<boolean>> = {
  'prisma-6-code-on-7': startOnPostgres,
};

let failed = 0;
function say(ok: boolean | undefined, text: string, output = ''): boolean {
  console.log(`  ${ok === undefined ? '-' : ok ? '✓' : '✗'} ${text}`);
  if (ok === false) {
    failed++;
    console.log(output.replaceAll(/^/gm, '      '));
  }
  return ok !== false;
}

function run(folder: string, [program = '', ...words]: string[], env: Record<string, string> = {}) {
  const bin = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`;
  const environment = { ...process.env, ...env, PATH: bin, NO_COLOR: '1', CI: '1' };
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

function install(folder: string): boolean {
  const { status, output } = run(folder, ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error']);
  return say(status === 0, 'npm install', output);
}

function look(folder: string, half: 'before' | 'after', { command, env, ...wanted }: Step): void {
  const expected = wanted[half];
  if (expected === 'skipped') return;
  const { status, output } = run(folder, command, env);
  const missing = expected === 'passes' ? [] : expected.filter((pattern) => !pattern.test(output));
  const ok = (status === 0) === (expected === 'passes') && missing.length === 0;
  const how =
    expected === 'passes' ? 'passes' : `ends with ${expected.map(({ source }) => source).join(', ')}`;
  say(ok, `${half}: ${command.join(' ')} ${how}`, `${missing.map(String).join('\n')}\n${output}`);
}

/** Makes the tables by the fixture's own migration in a scratch database, starts the server on it, and asks its routes. */
async function startOnPostgres(folder: string): Promise<boolean> {
  const admin = new pg.Client({ connectionString: POSTGRES });
  const reason = await admin.connect().then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (reason !== undefined) return say(undefined, `after: LEFT OUT, no PostgreSQL to start it on: ${reason}`);
  const name = `fix_backend_fixture_${process.pid}`;
  const url = new URL(POSTGRES);
  url.pathname = `/${name}`;
  await admin.query(`CREATE DATABASE ${name}`);
  try {
    await migrate(folder, url.href);
    return await askServer(folder, url.href);
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

async function migrate(folder: string, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const migrations = join(folder, 'prisma/migrations');
  for (const each of readdirSync(migrations, { withFileTypes: true }).filter((one) => one.isDirectory()))
    await client.query(readFileSync(join(migrations, each.name, 'migration.sql'), 'utf8'));
  await client.end();
}

async function askServer(folder: string, url: string): Promise<boolean> {
  const port = await freePort(0);
  const env = { ...process.env, DATABASE_URL: url, PORT: String(port) };
  const server = spawn(process.execPath, ['dist/server.js'], { cwd: folder, env, stdio: 'inherit' });
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  try {
    for (let tries = 0; tries < 50 && !(await fetch(at('/health')).catch(() => undefined)); tries++)
      await after(200);
    const body = JSON.stringify({ title: 'Harvest supper' });
    const headers = { 'content-type': 'application/json' };
    const made = await fetch(at('/notices'), { method: 'POST', headers, body });
    const listed = await (await fetch(at('/notices'))).text();
    const ok = made.status === 201 && /"title":"Harvest supper".*"pins":\[\]/.test(listed);
    return say(ok, `after: node dist/server.js answers on PostgreSQL: ${listed}`);
  } catch (error) {
    return say(false, 'after: node dist/server.js answers on PostgreSQL', String(error));
  } finally {
    server.kill();
  }
}

const chosen = Object.entries(STEPS).filter(([name]) => name.includes(process.argv[2] ?? ''));
if (chosen.length === 0) say(false, `no such fixture; there are ${Object.keys(STEPS).join(', ')}`);
for (const [name, steps] of chosen) {
  const [started, earlier] = [Date.now(), failed];
  const folder = mkdtempSync(join(tmpdir(), 'fix-backend-fixture-'));
  console.log(name);
  try {
    for (const half of ['before', 'after'] as const) {
      cpSync(join(fixtures, name, half), folder, { recursive: true });
      if (!install(folder)) break;
      for (const step of steps) look(folder, half, step);
    }
    if (failed === earlier) await STARTS[name]?.(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`  ${Math.round((Date.now() - started) / 1000)} s`);
}
process.exitCode = failed === 0 ? 0 : 1;
