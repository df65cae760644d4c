import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { SourceFile } from '../files/source-file.ts';
import type { Workspace } from '../workspace.ts';
import { normaliseName } from './requirement.ts';

/** Versions by package; `undefined` where a lock holds several of one package. */
type Locked = Map<string, string | undefined>;
type Table = Record<string, unknown>;

const LOCKS: [name: string, read: (text: string) => [name: string, version: unknown][]][] = [
  ['uv.lock', tomlPackages],
  ['poetry.lock', tomlPackages],
  ['pdm.lock', tomlPackages],
  ['Pipfile.lock', pipfilePackages],
];

/** A lock belongs to a text that does not change, and the larger ones take a second to read. */
const cache = new WeakMap<SourceFile, Locked>();

/**
 * The version of a Python package that a lock file of uv, Poetry, PDM or Pipenv pins, from the nearest one at or above a folder
 * (`''` is the root). Undefined where none says, where the lock cannot be read, and where it holds several versions.
 */
export function lockedPythonVersion(
  workspace: Pick<Workspace, 'read'>,
  root: string,
  name: string,
): { version: string; source: string } | undefined {
  for (let folder = root; ; folder = parentOf(folder)) {
    for (const [lock, read] of LOCKS) {
      const file = workspace.read(posix.join(folder, lock));
      const version = file && lockedIn(file, read).get(normaliseName(name));
      if (version !== undefined) return { version, source: posix.join(folder, lock) };
    }
    if (folder === '') return undefined;
  }
}

function lockedIn(file: SourceFile, read: (text: string) => [string, unknown][]): Locked {
  let locked = cache.get(file);
  if (!locked) {
    locked = attempt(() => unambiguous(read(file.text.replace(/^\ufeff/, ''))));
    cache.set(file, locked);
  }
  return locked;
}

function attempt(read: () => Locked): Locked {
  try {
    return read();
  } catch {
    return new Map();
  }
}

function tomlPackages(text: string): [string, unknown][] {
  const packages = (parseToml(text).package ?? []) as Table[];
  return packages.map((one) => [normaliseName(String(one.name)), one.version]);
}

function pipfilePackages(text: string): [string, unknown][] {
  const lock = JSON.parse(text) as Table;
  return [lock.default, lock.develop].flatMap((group) =>
    Object.entries((group ?? {}) as Record<string, Table>).map(([name, one]): [string, unknown] => [
      normaliseName(name),
      String(one.version ?? '').replace(/^==/, '') || undefined,
    ]),
  );
}

function unambiguous(packages: [name: string, version: unknown][]): Locked {
  const locked: Locked = new Map();
  for (const [name, found] of packages) {
    const version = typeof found === 'string' ? found : undefined;
    locked.set(name, locked.has(name) && locked.get(name) !== version ? undefined : version);
  }
  return locked;
}

function parentOf(folder: string): string {
  const parent = posix.dirname(folder);
  return parent === '.' || parent === '/' ? '' : parent;
}
