import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** What is used for all rows. Paths absolute. */
export interface Lab {
  uv: string;
  environments: string;
  /** The built command. */
  command: string;
}

const LIMIT = 120_000;
const SERVER = { host: '127.0.0.1', user: 'postgres' };

/** Runs a row before and after its repair by the built command, on a scratch database of the PostgreSQL of this machine. */
export function runRow(row: Row, lab: Lab): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
  const database = `fixb_cov_${row.id.replace(/\W/g, '_').slice(0, 40)}`;
  try {
    for (const [path, text] of Object.entries(row.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text.replaceAll('{DATABASE}', database));
    }
    return judged(row, folder, database, lab);
  } finally {
    sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  }
}

function judged(row: Row, folder: string, database: string, lab: Lab): Ran {
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
  if (row.after === 'reported') {
    if (transforms.length === 0) wrong.push('nothing is reported');
    return {
      id: row.id,
      before: shown(before, row.before),
      after: changed ? 'reported, with a change' : 'reported',
      wrong,
      transforms,
    };
  }
  const after = runOnce(row, folder, database, lab);
  if (!changed) wrong.push('nothing was changed');
  if (!row.after.test(after)) wrong.push(`after: ${last(after)}`);
  return { id: row.id, before: shown(before, row.before), after: shown(after, row.after), wrong, transforms };
}

/** The output of the row's command in an environment for its manifest, on an empty database. */
function runOnce(row: Row, folder: string, database: string, lab: Lab): string {
  const environment = environmentFor(folder, lab);
  if (typeof environment !== 'string') return environment.failed;
  if (
    Object.values(row.files).some((text) => text.includes('{DATABASE}')) ||
    row.run.includes('{DATABASE}')
  ) {
    sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    sql(`CREATE DATABASE ${database}`);
  }
  const done = spawnSync('bash', ['-c', row.run.replaceAll('{DATABASE}', database)], {
    cwd: folder,
    env: {
      PATH: `${environment}/bin:/usr/local/bin:/usr/bin:/bin`,
      HOME: folder,
      LANG: 'C.UTF-8',
      PGPASSWORD: 'x',
    },
    encoding: 'utf8',
    timeout: LIMIT,
    input: '',
  });
  return `${done.stdout}${done.stderr}\nexit ${done.status}`;
}

/** An environment for the folder's requirements.txt, made once for the same text; the installer's words where it fails. */
function environmentFor(folder: string, { uv, environments }: Lab): string | { failed: string } {
  const manifest = join(folder, 'requirements.txt');
  const wanted = existsSync(manifest) ? readFileSync(manifest, 'utf8') : '';
  const place = join(environments, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  if (existsSync(place)) return place;
  const fresh = `${place}-${process.pid}`;
  execFileSync(uv, ['venv', '-q', '--relocatable', '--python', 'python3', fresh], { stdio: 'ignore' });
  const words = ['pip', 'install', '-q', '--python', join(fresh, 'bin/python'), '-r', manifest];
  const done =
    wanted.trim() === ''
      ? { status: 0, stderr: '' }
      : spawnSync(uv, words, { encoding: 'utf8', timeout: 300_000 });
  if (done.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    return { failed: `install failed: ${done.stderr}` };
  }
  renameSync(fresh, place);
  return place;
}

/** Every finding's transform in the JSON that the command printed. */
function transformsIn(json: string): string[] {
  const found = [...json.matchAll(/"transform":\s*"([\w-]+\/[\w-]+)"/g)].map(([, id = '']) => id);
  return [...new Set(found)].sort();
}

function snapshot(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/__pycache__|\.pyc$|\.db$|\.fix-backend/.test(name) && statSync(join(folder, name)).isFile(),
  );
  return names
    .sort()
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\0');
}

function sql(statement: string): void {
  const { host, user } = SERVER;
  execFileSync('psql', ['-q', '-h', host, '-U', user, '-d', 'postgres', '-c', statement], {
    stdio: 'ignore',
  });
}

function shown(output: string, wanted: RegExp): string {
  const match = wanted.exec(output)?.[0] ?? '';
  return (match || last(output)).split('\n')[0]?.slice(0, 140) ?? '';
}

function last(output: string | null): string {
  return (output ?? '').trim().split('\n').slice(-3).join(' | ').slice(-300);
}
