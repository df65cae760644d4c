import { posix } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import type { Workspace } from '../workspace.ts';
import { readJsonc, record } from './jsonc.ts';

/** One package.json's dependency: its name, and the range that it asks for. */
export interface Wanted {
  name: string;
  range: string;
}

/** A lock file: the version that the package.json in the folder `below` it gets. */
interface Lock {
  versionOf(wanted: Wanted, below: string): unknown;
}

const LOCKS: [name: string, read: (text: string) => Lock][] = [
  ['package-lock.json', npmLock],
  ['npm-shrinkwrap.json', npmLock],
  ['pnpm-lock.yaml', pnpmLock],
  ['yarn.lock', yarnLock],
  ['bun.lock', bunLock],
];

/** A lock belongs to a text that does not change, and the larger ones take a second to read. */
const cache = new WeakMap<SourceFile, Lock>();

/**
 * The version that a lock file gives to a dependency of the package.json in the folder `root`: npm's three formats, pnpm's,
 * yarn's two and bun's text format, from the nearest folder at or above it. Undefined where no lock says.
 */
export function lockedNodeVersion(
  workspace: Pick<Workspace, 'read'>,
  root: string,
  wanted: Wanted,
): { version: string; source: string } | undefined {
  for (let folder = root; ; folder = parentOf(folder)) {
    const below = folder === '' ? root : root.slice(folder.length + 1);
    for (const [name, read] of LOCKS) {
      const file = workspace.read(posix.join(folder, name));
      const version = file && lockOf(file, read).versionOf(wanted, below);
      if (typeof version === 'string' && /^\d/.test(version)) return { version, source: file?.path ?? name };
    }
    if (folder === '') return undefined;
  }
}

function lockOf(file: SourceFile, read: (text: string) => Lock): Lock {
  let lock = cache.get(file);
  if (!lock) {
    lock = read(file.text.replace(/^\ufeff/, ''));
    cache.set(file, lock);
  }
  return lock;
}

/** npm's `packages` are keyed by folder, so a copy below the package itself comes before a shared one. Version 1 has `dependencies`. */
function npmLock(text: string): Lock {
  const lock = record(readJsonc(text));
  const packages = record(lock.packages);
  const flat = record(lock.dependencies);
  return {
    versionOf({ name }, below) {
      const own = below === '' ? '' : `${below}/`;
      const found = packages[`${own}node_modules/${name}`] ?? packages[`node_modules/${name}`] ?? flat[name];
      return record(found).version;
    },
  };
}

/** What each importer depends on, `9.1.0(peer@1.0.0)` or `{version}`; before version 6 of the format there may be only one. */
function pnpmLock(text: string): Lock {
  // Warnings would go to standard error, with what the file holds.
  const lock = attempt(() => record(parseYaml(text, { logLevel: 'error' })));
  return {
    versionOf({ name }, below) {
      const importer = lock.importers ? record(record(lock.importers)[below || '.']) : lock;
      for (const list of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        const entry = record(importer[list])[name];
        const version = typeof entry === 'string' ? entry : record(entry).version;
        if (typeof version === 'string') return version.replace(/[(_].*$/, '');
      }
      return undefined;
    },
  };
}

const YARN_BLOCK = /^([^\s#][^\n]*):\r?\n((?:[ \t][^\n]*\n?)+)/gm;

/** yarn 1 writes a format of its own, later ones YAML; in both a block is headed by everything that was asked for. */
function yarnLock(text: string): Lock {
  const versions = new Map<string, string>();
  for (const [, head = '', body = ''] of text.matchAll(YARN_BLOCK)) {
    const version = /^\s+version:? "?([^"\s]+)"?/m.exec(body)?.[1];
    for (const asked of version ? head.replaceAll('"', '').split(/,\s*/) : [])
      versions.set(asked, version ?? '');
  }
  return {
    versionOf: ({ name, range }) => versions.get(`${name}@${range}`) ?? versions.get(`${name}@npm:${range}`),
  };
}

/** `"name": ["name@1.2.3", …]`; a copy for one package of a workspace is under `package/name`. */
function bunLock(text: string): Lock {
  const lock = record(readJsonc(text));
  const packages = record(lock.packages);
  return {
    versionOf({ name }, below) {
      const own = record(record(lock.workspaces)[below]).name;
      const entry = packages[`${String(own)}/${name}`] ?? packages[name];
      return Array.isArray(entry) ? String(entry[0]).slice(name.length + 1) : undefined;
    },
  };
}

function attempt(read: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return read();
  } catch {
    return {};
  }
}

function parentOf(folder: string): string {
  const parent = posix.dirname(folder);
  return parent === '.' || parent === '/' ? '' : parent;
}
