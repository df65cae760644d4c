import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';

/** Which program installs a Node backend. */
export interface PackageManager {
  name: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** The npm package that brings it, with its version; undefined for npm, which comes with Node. */
  package?: string;
  /** Absolute folder of the lock file, or of the package itself where there is none. */
  absoluteFolder: string;
  /** Arguments of a first attempt that takes the lock file as it is, and of a second one that may change it. */
  attempts: string[][];
}

interface Found {
  folder: string;
  file: string;
}

const LOCKS = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
];
const NPM_FLAGS = ['--no-audit', '--no-fund', '--loglevel=error'];

/**
 * The package manager by the nearest lock file at or above a package (a relative folder) in a tree (absolute), in the version that
 * `packageManager` in package.json or the lock file's own format asks for; npm where there is none.
 */
export function packageManagerOf(absoluteTree: string, root: string): PackageManager {
  const found = nearestLock(absoluteTree, root);
  const absoluteFolder = join(absoluteTree, found?.folder ?? root);
  const asked = askedVersion(absoluteFolder);
  const text = found ? readFileSync(join(absoluteFolder, found.file), 'utf8') : '';
  switch (found?.file) {
    case 'pnpm-lock.yaml':
      return {
        name: 'pnpm',
        package: `pnpm@${asked.pnpm ?? pnpmVersion(text)}`,
        absoluteFolder,
        attempts: [
          ['install', '--frozen-lockfile'],
          ['install', '--no-frozen-lockfile'],
        ],
      };
    case 'yarn.lock':
      return yarn(text, asked.yarn, absoluteFolder);
    case 'bun.lock':
    case 'bun.lockb':
      return {
        name: 'bun',
        package: `bun@${asked.bun ?? 'latest'}`,
        absoluteFolder,
        attempts: [['install', '--frozen-lockfile'], ['install']],
      };
    default:
      return {
        name: 'npm',
        absoluteFolder,
        attempts: [...(found ? [['ci', ...NPM_FLAGS]] : []), ['install', ...NPM_FLAGS]],
      };
  }
}

function nearestLock(absoluteTree: string, root: string): Found | undefined {
  for (let folder = root; ; folder = dirname(folder).replace(/^\.$/, '')) {
    const file = LOCKS.find((name) => existsSync(join(absoluteTree, folder, name)));
    if (file) return { folder, file };
    if (folder === '') return undefined;
  }
}

/** `"packageManager": "pnpm@9.1.0+sha…"`, https://nodejs.org/api/packages.html#packagemanager */
function askedVersion(absoluteFolder: string): Record<string, string | undefined> {
  try {
    const { packageManager } = JSON.parse(readFileSync(join(absoluteFolder, 'package.json'), 'utf8'));
    const [name, version] = String(packageManager ?? '').split('@');
    return name && version ? { [name]: version.split('+', 1)[0] } : {};
  } catch {
    return {};
  }
}

/** Which pnpm writes a lock file of this version: https://github.com/pnpm/spec/tree/master/lockfile */
function pnpmVersion(text: string): string {
  const version = Number.parseFloat(
    String((parseYaml(text) as { lockfileVersion?: unknown })?.lockfileVersion),
  );
  if (version < 6) return '7';
  return version < 9 ? '8' : '10';
}

/** Yarn's lock file says `__metadata` since version 2; those versions are one package, the first another. */
function yarn(text: string, asked: string | undefined, absoluteFolder: string): PackageManager {
  if (!text.includes('__metadata:')) {
    const attempts = [
      ['install', '--frozen-lockfile', '--non-interactive'],
      ['install', '--non-interactive'],
    ];
    return {
      name: 'yarn',
      package: `yarn@${asked?.startsWith('1') ? asked : '1'}`,
      absoluteFolder,
      attempts,
    };
  }
  return {
    name: 'yarn',
    package: `@yarnpkg/cli-dist@${asked ?? '4'}`,
    absoluteFolder,
    attempts: [
      ['install', '--immutable'],
      ['install', '--no-immutable'],
    ],
  };
}
