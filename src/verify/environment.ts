import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Store } from './cache.ts';
import { type Access, commands, execute, type Maker, packagesFolder } from './installer.ts';
import { removeAtEnd } from './interrupt.ts';
import type { PackageManager } from './node/package-manager.ts';
import { type Done, lastLines } from './process.ts';
import type { Requirements } from './requirements.ts';

/** A virtual environment of our own. Paths absolute; package names normalised. */
export interface Environment {
  absoluteFolder: string;
  python: string;
  installer: 'uv' | 'pip' | PackageManager['name'];
  packages: Record<string, string>;
  /** `pip check`: undefined where all fits together, else what does not. */
  conflicts?: string;
  builtAt: string;
  /** True where it is older than it should be, because the package index could not be reached. */
  offline?: true;
}

/** Why an environment cannot be made: the installer's last lines. */
export interface NotMade {
  failed: string;
  /** Why the requirements are not to blame, where they are not. */
  unable?: string;
}

/** Unpinned requirements mean the newest release, so an environment is made anew after a day (uv's cache makes it quick). */
const FRESH_DAYS = 1;
const KEEP_DAYS = 14;
const OFFLINE =
  /dns error|failed to (fetch|lookup)|name resolution|network is unreachable|timed out|NewConnectionError|tcp connect error|connection refused/i;
const NO_SPACE = /no space left|ENOSPC|EDQUOT|disk quota exceeded/i;
/** How uv and pip say that a wheel is missing. */
const NEEDS_BUILD =
  /wheel|source dist|build|--only-binary|from versions:|no matching distribution|editable|git\+/i;

/**
 * The environment for one interpreter and one list of requirements, from the cache where it is not a day old.
 * Returns the installer's last lines where it cannot be made; the last good one of the same list serves where only
 * the network is missing.
 */
export async function makeEnvironment(needs: Requirements, maker: Maker): Promise<Environment | NotMade> {
  const store = new Store<Environment>(join(packagesFolder(maker.absoluteCache), 'environments'));
  const key = keyOf(needs, maker);
  const kept = await store.find(key, FRESH_DAYS);
  if (kept) return kept;
  const absoluteFolder = await store.place(key);
  const place = removeAtEnd(absoluteFolder);
  const made = await build(needs, maker, absoluteFolder);
  if (!('failed' in made)) {
    await store.sweep(KEEP_DAYS);
    const published = await store.publish(key, made);
    place.keep();
    return published;
  }
  place.remove();
  const offline = OFFLINE.test(made.failed);
  const older = offline ? await store.find(key, KEEP_DAYS) : undefined;
  if (older) return { ...older, offline: true };
  return { ...made, ...blameless(made.failed, offline, maker) };
}

/** What a person can do nothing about by changing the requirements. */
function blameless(failed: string, offline: boolean, maker: Maker): Pick<NotMade, 'unable'> {
  if (NO_SPACE.test(failed))
    return {
      unable: `there is no space left for the packages in ${maker.absoluteCache} (XDG_CACHE_HOME names another folder): ${failed}`,
    };
  return offline ? { unable: `the package index could not be reached: ${failed}` } : {};
}

/** A package that is built from the tree may change at any time, so such an environment is not kept. */
function keyOf(needs: Requirements, maker: Maker): string {
  const { executable, version } = maker.python;
  const moment = needs.local.length ? `${Date.now()}${process.pid}` : '';
  const parts = [executable, version, maker.uv ? 'uv' : 'pip', needs.lines, needs.constraints, moment];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

async function build(
  needs: Requirements,
  maker: Maker,
  absoluteFolder: string,
): Promise<Environment | NotMade> {
  const lists = `${absoluteFolder}.lists`;
  const place = removeAtEnd(lists);
  await mkdir(lists, { recursive: true });
  await writeFile(join(lists, 'requirements.txt'), `${[...needs.lines, ...needs.local].join('\n')}\n`);
  await writeFile(join(lists, 'constraints.txt'), `${needs.constraints.join('\n')}\n`);
  try {
    const failed = await install(needs, maker, absoluteFolder, lists);
    if (failed) return { failed };
    await compile(maker, absoluteFolder);
    return await describe(maker, absoluteFolder);
  } finally {
    place.remove();
  }
}

/**
 * From wheels alone where that is possible: no package's code runs, so what was downloaded may be shared. Where
 * something has to be built, its code sees neither the shared downloads nor other environments.
 * Returns why it failed, or undefined.
 */
async function install(
  needs: Requirements,
  maker: Maker,
  folder: string,
  lists: string,
): Promise<string | undefined> {
  const shared = packagesFolder(maker.absoluteCache);
  const quiet = { ...maker, hidden: [] };
  const wheels = needs.local.length
    ? undefined
    : await all(commands(maker, folder, lists, true), quiet, {
        writable: [shared],
        network: true,
        downloads: shared,
      });
  if (needs.local.length === 0 && !wheels) return undefined;
  if (wheels && !NEEDS_BUILD.test(wheels.error + wheels.out)) return explain(wheels, maker, folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const access: Access = {
    writable: [folder, lists, ...needs.local],
    network: true,
    downloads: lists,
    builds: true,
  };
  const built = await all(commands(maker, folder, lists, false), needs.local.length ? maker : quiet, access);
  if (!built) return undefined;
  const building = explain(built, maker, folder, needs.local.length ? 6 : 2);
  return wheels && building !== explain(wheels, maker, folder)
    ? `${explain(wheels, maker, folder)} | building it: ${building}`
    : building;
}

async function all(list: string[][], maker: Maker, access: Access): Promise<Done | undefined> {
  for (const command of list) {
    const done = await execute(command, maker, access);
    if (done.code !== 0) return done;
  }
  return undefined;
}

function explain(done: Done, maker: Maker, folder: string, count = 6): string {
  if (done.late) return `not done within ${Math.round(maker.limit / 1000)} s`;
  const said = (done.error || done.out).replaceAll(folder, '').split('\n');
  const telling = said.filter((line) => !NOISE.test(line.trim()));
  return lastLines(telling.join('\n'), count) || `exit ${done.code}`;
}

/** What installers say on the way, and the lines of a drawn box around what matters. */
const NOISE =
  /^(Using |Creating |warning: |Resolved |Downloading |Downloaded |Building |Collecting |note: |hint: |\[end of output\]|\[notice\]|[|│╰×─>^\s]*$)/;

/** The environment is read-only later on, so what Python would write then is written now. Failing costs time only. */
async function compile(maker: Maker, folder: string): Promise<void> {
  const command = [
    join(folder, 'bin', 'python'),
    '-I',
    '-m',
    'compileall',
    '-q',
    '-j',
    '2',
    join(folder, 'lib'),
  ];
  await execute(command, { ...maker, hidden: [] }, { writable: [folder], network: false, downloads: folder });
}

async function describe(maker: Maker, absoluteFolder: string): Promise<Environment> {
  const python = join(absoluteFolder, 'bin', 'python');
  const pip = maker.uv ? [maker.uv, '--no-cache', 'pip'] : [python, '-I', '-m', 'pip'];
  const target = maker.uv ? ['--python', python] : [];
  const access = { writable: [], readOnly: [absoluteFolder], network: false, downloads: '/tmp' };
  const looking = { ...maker, hidden: [] };
  const listed = await execute([...pip, 'list', '--format', 'json', ...target], looking, access);
  const checked = await execute([...pip, 'check', ...target], looking, access);
  const packages: Record<string, string> = {};
  for (const one of JSON.parse(listed.out) as { name: string; version: string }[]) {
    packages[one.name.toLowerCase().replace(/[-_.]+/g, '-')] = one.version;
  }
  const conflicts = checked.code === 0 ? {} : { conflicts: lastLines(checked.error || checked.out, 6) };
  const installer = maker.uv ? 'uv' : 'pip';
  return { absoluteFolder, python, installer, packages, ...conflicts, builtAt: new Date().toISOString() };
}
