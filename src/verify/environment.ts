import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoxPlan, boxCommand } from './box.ts';
import { Store } from './cache.ts';
import { type Done, lastLines, run } from './process.ts';
import type { Python } from './python.ts';
import type { Requirements } from './requirements.ts';
import { installEnvironment } from './surroundings.ts';

/** A virtual environment of our own. Paths absolute; package names normalised. */
export interface Environment {
  absoluteFolder: string;
  python: string;
  installer: 'uv' | 'pip';
  packages: Record<string, string>;
  /** `pip check`: undefined where all fits together, else what does not. */
  conflicts?: string;
  builtAt: string;
}

/** What is needed to make one. */
export interface Maker {
  python: Python;
  /** Absolute path of uv, or undefined: then `python -m venv` and pip. */
  uv: string | undefined;
  /** The box to install in, or undefined: then without one. Its writable folders are added. */
  box: Pick<BoxPlan, 'bwrap' | 'absoluteScratch'> | undefined;
  absoluteCache: string;
  /** Files of the tree that a package built from it must not read. */
  hidden: readonly string[];
  limit: number;
  signal?: AbortSignal | undefined;
  onLine: (line: string) => void;
}

/** Unpinned requirements mean the newest release, so an environment is made anew after a day (uv's cache makes it quick). */
const FRESH_DAYS = 1;
const KEEP_DAYS = 14;

/**
 * The environment for one interpreter and one list of requirements, from the cache where it is not a day old.
 * Returns the installer's last lines where it cannot be made; the last good one of the same list serves where only
 * the network is missing.
 */
export async function makeEnvironment(
  needs: Requirements,
  maker: Maker,
): Promise<Environment | { failed: string }> {
  const store = new Store<Environment>(join(maker.absoluteCache, 'environments'));
  const key = keyOf(needs, maker);
  const kept = await store.find(key, FRESH_DAYS);
  if (kept) return kept;
  const absoluteFolder = await store.place(key);
  const made = await build(needs, maker, absoluteFolder);
  if (!('failed' in made)) {
    await store.sweep(KEEP_DAYS);
    return store.publish(key, made);
  }
  await rm(absoluteFolder, { recursive: true, force: true });
  const older = OFFLINE.test(made.failed) ? await store.find(key, KEEP_DAYS) : undefined;
  return older ?? made;
}

const OFFLINE =
  /dns error|failed to (fetch|lookup)|name resolution|network is unreachable|timed out|NewConnectionError/i;

/** A package that is built from the tree may change at any time, so such an environment is not kept. */
function keyOf(needs: Requirements, maker: Maker): string {
  const parts = [
    maker.python.executable,
    maker.python.version,
    maker.uv ? 'uv' : 'pip',
    needs.lines,
    needs.constraints,
  ];
  const moment = needs.local.length ? `${Date.now()}${process.pid}` : '';
  return createHash('sha256')
    .update(JSON.stringify([...parts, moment]))
    .digest('hex')
    .slice(0, 24);
}

/** What an installer says that a person who waits wants to know. */
const TOLD =
  /^\s*(Resolved|Downloading|Building|Built|Prepared|Installed|Bytecode|Collecting|Installing|Successfully)\b/;
type RunLine = (line: string) => unknown;

async function build(
  needs: Requirements,
  maker: Maker,
  absoluteFolder: string,
): Promise<Environment | { failed: string }> {
  const lists = `${absoluteFolder}.lists`;
  await mkdir(lists, { recursive: true });
  await writeFile(join(lists, 'requirements.txt'), `${[...needs.lines, ...needs.local].join('\n')}\n`);
  await writeFile(join(lists, 'constraints.txt'), `${needs.constraints.join('\n')}\n`);
  const tell = (line: string) => TOLD.test(line) && maker.onLine(line.trim());
  try {
    for (const command of commands(maker, absoluteFolder, lists)) {
      const done = await execute(command, maker, needs.local, tell);
      if (done.code !== 0) return { failed: explain(done, maker) };
    }
    return await describe(maker, absoluteFolder);
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}

function commands(maker: Maker, folder: string, lists: string): string[][] {
  const python = join(folder, 'bin', 'python');
  const from = ['-r', join(lists, 'requirements.txt'), '-c', join(lists, 'constraints.txt')];
  const { uv } = maker;
  if (!uv) {
    return [
      [maker.python.executable, '-I', '-m', 'venv', folder],
      [python, '-I', '-m', 'pip', 'install', '--no-input', '--progress-bar', 'off', ...from],
    ];
  }
  return [
    [uv, 'venv', '--python', maker.python.executable, folder],
    [uv, 'pip', 'install', '--compile-bytecode', '--python', python, ...from],
  ];
}

function execute(
  command: string[],
  maker: Maker,
  local: readonly string[] = [],
  onLine?: RunLine,
): Promise<Done> {
  const env = {
    ...installEnvironment(process.env),
    UV_CACHE_DIR: join(maker.absoluteCache, 'uv'),
    UV_PYTHON_DOWNLOADS: 'never',
    PIP_CACHE_DIR: join(maker.absoluteCache, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  };
  const options = { limit: maker.limit, signal: maker.signal, ...(onLine ? { onLine } : {}) };
  if (!maker.box) return run(command, { ...options, env, cwd: maker.absoluteCache });
  const cache = { from: maker.absoluteCache, to: maker.absoluteCache };
  const plan: BoxPlan = {
    ...maker.box,
    readOnly: [...maker.python.prefixes, ...(maker.uv ? [maker.uv] : []), ...pathsIn(env)],
    writable: [cache, ...local.map((folder) => ({ from: folder, to: folder }))],
    hidden: local.length ? maker.hidden : [],
    env: { ...env, PATH: '/usr/bin:/bin' },
    network: true,
    hosts: [],
    cwd: maker.absoluteCache,
  };
  return run(boxCommand(plan, command), { ...options, env: {} });
}

/** Certificates and folders of wheels that the installer's variables name. */
function pathsIn(env: Record<string, string>): string[] {
  const named = Object.entries(env).filter(([name]) => /CERT|CA_BUNDLE|FIND_LINKS|INDEX/i.test(name));
  return named.flatMap(([, value]) => value.split(/\s+/)).filter((path) => path.startsWith('/'));
}

function explain(done: Done, maker: Maker): string {
  if (done.late) return `not done within ${Math.round(maker.limit / 1000)} s`;
  return lastLines(done.error || done.out, 6) || `exit ${done.code}`;
}

async function describe(maker: Maker, absoluteFolder: string): Promise<Environment> {
  const python = join(absoluteFolder, 'bin', 'python');
  const pip = maker.uv ? [maker.uv, 'pip'] : [python, '-I', '-m', 'pip'];
  const target = maker.uv ? ['--python', python] : [];
  const listed = await execute([...pip, 'list', '--format', 'json', ...target], maker);
  const checked = await execute([...pip, 'check', ...target], maker);
  const packages: Record<string, string> = {};
  for (const one of JSON.parse(listed.out) as { name: string; version: string }[]) {
    packages[one.name.toLowerCase().replace(/[-_.]+/g, '-')] = one.version;
  }
  const conflicts = checked.code === 0 ? {} : { conflicts: lastLines(checked.error || checked.out, 6) };
  const installer = maker.uv ? 'uv' : 'pip';
  return { absoluteFolder, python, installer, packages, ...conflicts, builtAt: new Date().toISOString() };
}
