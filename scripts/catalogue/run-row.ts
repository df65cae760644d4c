import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentFor, type Lab } from './environment.ts';
import type { Row } from './row.ts';

/** What running a row came to. */
export interface Ran {
  id: string;
  /** The line of the output that the catalogue knows. */
  before: string;
  after: string;
  /** What is not as the row says; none where all is well. */
  wrong: string[];
  /** Transforms of the findings that were applied or reported. */
  transforms: string[];
}

const LIMIT = 120_000;

interface Server {
  create(database: string): void;
  drop(database: string): void;
}

/** What stands for a scratch database in the files of a row, and where it is made. */
const SERVERS: Record<string, Server> = {
  '{DATABASE}': {
    create: (database) => postgres(`CREATE DATABASE ${database}`),
    drop: (database) => postgres(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  },
  '{MARIADB}': {
    create: (database) => mariadb(`CREATE DATABASE ${database}`),
    drop: (database) => mariadb(`DROP DATABASE IF EXISTS ${database}`),
  },
};

/** Runs a row before and after its repair by the built command, of which `own` are the row's transforms, on scratch databases of the servers of this machine. */
export function runRow(row: Row, own: readonly string[], lab: Lab): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
  const database = `fixb_cov_${row.id.replace(/\W/g, '_').slice(0, 40)}`;
  try {
    for (const [path, text] of Object.entries(row.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), filled(text, database));
    }
    return judged(row, own, folder, database, lab);
  } finally {
    for (const server of serversOf(row)) server.drop(database);
    rmSync(folder, { recursive: true, force: true });
  }
}

function judged(row: Row, own: readonly string[], folder: string, database: string, lab: Lab): Ran {
  const before = runOnce(row, folder, database, lab);
  const untouched = snapshot(folder);
  const fixed = spawnSync(
    process.execPath,
    [lab.command, folder, '--yes', '--unsafe', '--verify=none', '--format=json', ...row.flags],
    {
      encoding: 'utf8',
      timeout: LIMIT,
    },
  );
  const transforms = transformsIn(fixed.stdout);
  const wrong: string[] = [];
  if (!row.before.test(before)) wrong.push(`before: ${last(before)}`);
  if (fixed.status === null || fixed.status > 1)
    wrong.push(`fix-backend exits ${fixed.status}: ${last(fixed.stderr)}`);
  rmSync(join(folder, '.fix-backend'), { recursive: true, force: true });
  const changed = snapshot(folder) !== untouched;
  if (row.after === 'left alone') {
    if (changed || transforms.length > 0) wrong.push(`not left alone: ${transforms.join(', ')}`);
    return { id: row.id, before: shown(before, row.before), after: row.after, wrong, transforms };
  }
  if (row.after === 'reported') {
    const named = transforms.filter((id) => own.includes(id));
    if (named.length === 0)
      wrong.push(`none of its transforms reports it, but ${transforms.join(', ') || 'nothing'}`);
    const after = `reported by ${named.join(', ')}${changed ? ', with a change' : ''}`;
    return { id: row.id, before: shown(before, row.before), after, wrong, transforms };
  }
  const after = runOnce(row, folder, database, lab);
  if (!changed) wrong.push('nothing was changed');
  if (!row.after.test(after)) wrong.push(`after: ${last(after)}`);
  return { id: row.id, before: shown(before, row.before), after: shown(after, row.after), wrong, transforms };
}

/** The output of the row's command in an environment for its manifest, on empty databases. */
function runOnce(row: Row, folder: string, database: string, lab: Lab): string {
  const environment = environmentFor(row, folder, lab);
  if ('failed' in environment) return environment.failed;
  for (const server of serversOf(row)) {
    server.drop(database);
    server.create(database);
  }
  const done = spawnSync('bash', ['-c', filled(row.run, database)], {
    cwd: folder,
    env: {
      PATH: `${environment.path}:/usr/local/bin:/usr/bin:/bin:/usr/sbin`,
      HOME: folder,
      LANG: 'C.UTF-8',
      PGPASSWORD: 'x',
    },
    encoding: 'utf8',
    timeout: LIMIT,
    input: '',
  });
  environment.remove();
  return `${done.stdout}${done.stderr}\nexit ${done.status}`;
}

/** Every finding's transform in the JSON that the command printed. */
function transformsIn(json: string): string[] {
  const found = [...json.matchAll(/"transform":\s*"([\w-]+\/[\w-]+)"/g)].map(([, id = '']) => id);
  return [...new Set(found)].sort();
}

function snapshot(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      !/__pycache__|\.pyc$|\.db$|\.fix-backend|^\.(npm|cache)\b/.test(name) &&
      statSync(join(folder, name)).isFile(),
  );
  return names
    .sort()
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\0');
}

/** The servers on which a row needs a scratch database. */
function serversOf({ run, files }: Row): Server[] {
  const texts = [run, ...Object.values(files)];
  return Object.entries(SERVERS)
    .filter(([word]) => texts.some((text) => text.includes(word)))
    .map(([, server]) => server);
}

function filled(text: string, database: string): string {
  return Object.keys(SERVERS).reduce((done, word) => done.replaceAll(word, database), text);
}

function postgres(statement: string): void {
  const words = ['-q', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'postgres', '-c', statement];
  execFileSync('psql', words, { stdio: 'ignore' });
}

function mariadb(statement: string): void {
  execFileSync('mariadb', ['-h', '127.0.0.1', '-u', 'root', '-e', statement], { stdio: 'ignore' });
}

function shown(output: string, wanted: RegExp): string {
  const match = wanted.exec(output)?.[0] ?? '';
  return (match || last(output)).split('\n')[0]?.slice(0, 140) ?? '';
}

function last(output: string | null): string {
  return (output ?? '').trim().split('\n').slice(-3).join(' | ').slice(-300);
}
