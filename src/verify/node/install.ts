import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BoxPlan, boxCommand } from '../box.ts';
import { Store } from '../cache.ts';
import { type Done, lastLines, run } from '../process.ts';
import { installEnvironment } from '../surroundings.ts';
import { onPath } from '../tools.ts';
import { type PackageManager, packageManagerOf } from './package-manager.ts';

/** What is needed to install the packages of a Node backend. All paths absolute. */
export interface NodeInstaller {
  /** For the box to install in, or undefined: then without one. */
  bwrap: string | undefined;
  /** A folder that goes with the run; absolute. */
  absoluteScratch: string;
  absoluteCache: string;
  /** Files of the tree that no package's script may read. */
  hidden: readonly string[];
  limit: number;
  signal: AbortSignal | undefined;
  onStep: (text: string) => void;
}

/** What was installed: the manager's command, and the version of each direct dependency. */
export interface NodePackages {
  manager: PackageManager['name'];
  /** The words that run the manager, absolute. */
  command: string[];
  /** Folders outside the tree that its commands need; absolute. */
  folders: string[];
  packages: Record<string, string>;
}

const KEEP_DAYS = 30;

/**
 * Installs a package (relative folder) of a copied tree (absolute) with the package manager of its lock file: first as the lock
 * file says, then, where it does not fit the manifest any more, as the manager resolves it. Returns the last lines where it fails.
 */
export async function installNode(
  absoluteTree: string,
  root: string,
  installer: NodeInstaller,
): Promise<NodePackages | { failed: string }> {
  const manager = packageManagerOf(absoluteTree, root);
  const found = await commandOf(manager, installer);
  if ('failed' in found) return found;
  installer.onStep(`installing with ${manager.name}`);
  let last: Done | undefined;
  for (const words of manager.attempts) {
    last = await inBox(
      [...found.command, ...words],
      absoluteTree,
      manager.absoluteFolder,
      found.folders,
      installer,
    );
    if (last.code === 0) {
      return { manager: manager.name, ...found, packages: installed(absoluteTree, root) };
    }
    if (last.late)
      return { failed: `${manager.name} was not done within ${Math.round(installer.limit / 1000)} s` };
  }
  return { failed: explained(last) };
}

/** npm comes with Node; the others are npm packages, installed once into our cache. */
async function commandOf(
  manager: PackageManager,
  installer: NodeInstaller,
): Promise<{ command: string[]; folders: string[] } | { failed: string }> {
  const npm = await npmProgram();
  if (!npm) return { failed: 'npm is not beside node, nor on the PATH' };
  if (!manager.package) return { command: [process.execPath, npm], folders: [packageOf(npm)] };
  const store = new Store<{ absoluteFolder: string }>(join(installer.absoluteCache, 'tools'));
  const key = manager.package.replace(/[^\w.-]/g, '_');
  let folder = (await store.find(key, KEEP_DAYS))?.absoluteFolder;
  if (!folder) {
    folder = await store.place(key);
    installer.onStep(`fetching ${manager.package}`);
    await mkdir(folder, { recursive: true });
    const words = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, manager.package];
    const done = await run([process.execPath, npm, ...words], {
      env: installEnvironment(process.env, installer.absoluteScratch),
      cwd: folder,
      limit: installer.limit,
      signal: installer.signal,
    });
    if (done.code !== 0) return { failed: `${manager.package} is not to be had: ${explained(done)}` };
    await store.publish(key, { absoluteFolder: folder });
  }
  const program = join(folder, 'node_modules', '.bin', manager.name);
  const command = manager.name === 'bun' ? [program] : [process.execPath, program];
  return { command, folders: [folder] };
}

/** `npm-cli.js` beside the node that runs us, else behind the first `npm` of the PATH. */
async function npmProgram(): Promise<string | undefined> {
  const prefix = dirname(dirname(process.execPath));
  const places = ['lib', 'share'].map((one) => join(prefix, one, 'node_modules/npm/bin/npm-cli.js'));
  return places.find((one) => existsSync(one)) ?? onPath('npm');
}

function packageOf(npm: string): string {
  return dirname(dirname(npm));
}

async function inBox(
  command: string[],
  absoluteTree: string,
  cwd: string,
  folders: string[],
  installer: NodeInstaller,
): Promise<Done> {
  const downloads = join(installer.absoluteCache, 'node-packages');
  await mkdir(downloads, { recursive: true });
  const env = {
    ...installEnvironment(process.env, installer.bwrap ? '/tmp' : installer.absoluteScratch),
    CI: 'true',
    npm_config_cache: join(downloads, 'npm'),
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_store_dir: join(downloads, 'pnpm'),
    YARN_CACHE_FOLDER: join(downloads, 'yarn'),
    YARN_ENABLE_GLOBAL_CACHE: 'false',
    BUN_INSTALL_CACHE_DIR: join(downloads, 'bun'),
    COREPACK_ENABLE_STRICT: '0',
  };
  const how = {
    limit: installer.limit,
    signal: installer.signal,
    onLine: (line: string) => {
      if (/\S/.test(line)) installer.onStep(`installing: ${line.trim().slice(0, 120)}`);
    },
  };
  const path = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  if (!installer.bwrap) return run(command, { ...how, env: { ...env, PATH: path }, cwd });
  const plan: BoxPlan = {
    bwrap: installer.bwrap,
    absoluteScratch: installer.absoluteScratch,
    readOnly: [process.execPath, ...folders],
    writable: [absoluteTree, downloads].map((folder) => ({ from: folder, to: folder })),
    hidden: installer.hidden.filter((file) => existsSync(file)),
    env: { ...env, PATH: path },
    network: true,
    hosts: [],
    cwd,
  };
  return run(boxCommand(plan, command), { ...how, env: {} });
}

const NOISE = /^(npm (warn|notice)|.*A complete log of this run|\s*$)/i;

function explained(done: Done | undefined): string {
  const said = (done?.error || done?.out || '').split('\n').filter((line) => !NOISE.test(line));
  return lastLines(said.join('\n'), 6) || `exit ${done?.code}`;
}

/** The versions of what the package.json names, as they lie in the nearest node_modules. */
function installed(absoluteTree: string, root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const manifest = readJson(join(absoluteTree, root, 'package.json'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    for (let folder = root; ; folder = dirname(folder).replace(/^\.$/, '')) {
      const { version } = readJson(join(absoluteTree, folder, 'node_modules', name, 'package.json'));
      if (typeof version === 'string') found[name] = version;
      if (found[name] || folder === '') break;
    }
  }
  return found;
}

interface PackageJson {
  version?: unknown;
  engines?: Record<string, string>;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** A package.json (absolute path); empty where there is none that can be read. */
export function readJson(absolutePath: string): PackageJson {
  try {
    return JSON.parse(readFileSync(absolutePath, 'utf8').replace(/^\uFEFF/, '')) as PackageJson;
  } catch {
    return {};
  }
}
