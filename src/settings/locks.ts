import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import type { Workspace } from '../workspace.ts';
import { normaliseName } from './requirement.ts';

/** Versions by package; `undefined` where a lock holds several of one package. */
type Locked = Map<string, string | undefined>;
type Table = Record<string, unknown>;

const PYTHON_LOCKS = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'];
const NODE_LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'];

/** A lock belongs to a text that does not change, and the larger ones take a second to read. */
const cache = new WeakMap<SourceFile, Locked>();

/**
 * The version that a lock file pins, from the nearest one at or above a folder (`''` is the root): uv, Poetry, PDM and Pipenv
 * for Python; npm, pnpm and yarn, after what lies in node_modules, for Node. Undefined where nothing says, where the lock cannot
 * be read, and where it holds several versions. It looks at files only.
 */
export function installedOrLockedVersion(
  workspace: Pick<Workspace, 'read'>,
  root: string,
  name: string,
  language: 'python' | 'javascript' = 'python',
): { version: string; source: string } | undefined {
  const names = language === 'python' ? PYTHON_LOCKS : [`node_modules/${name}/package.json`, ...NODE_LOCKS];
  for (let folder = root; ; folder = parentOf(folder)) {
    for (const path of names.map((one) => posix.join(folder, one))) {
      const file = workspace.read(path);
      const version = file && lockedVersion(file, name);
      if (version !== undefined) return { version, source: path };
    }
    if (folder === '') return undefined;
  }
}

/** The version of a package in one lock file, or in the package.json of the package itself. */
export function lockedVersion(file: SourceFile, name: string): string | undefined {
  const locked = cache.get(file) ?? readLock(file);
  cache.set(file, locked);
  const isPython = PYTHON_LOCKS.includes(posix.basename(file.path));
  return locked.get(isPython ? normaliseName(name) : name);
}

function readLock(file: SourceFile): Locked {
  const text = file.text.replace(/^\ufeff/, '');
  const reader = READERS[posix.basename(file.path)] ?? (() => []);
  try {
    return unambiguous(reader(text));
  } catch {
    return new Map();
  }
}

const READERS: Record<string, (text: string) => [name: string, version: unknown][]> = {
  'uv.lock': tomlPackages,
  'poetry.lock': tomlPackages,
  'pdm.lock': tomlPackages,
  'Pipfile.lock': pipfilePackages,
  'package.json': (text) => [[String(JSON.parse(text).name), JSON.parse(text).version]],
  'package-lock.json': npmPackages,
  'npm-shrinkwrap.json': npmPackages,
  'pnpm-lock.yaml': pnpmPackages,
  'yarn.lock': yarnPackages,
};

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

/** Lock version 2 and 3 list `node_modules/name`, version 1 `dependencies`; only the top level is what the project itself gets. */
function npmPackages(text: string): [string, unknown][] {
  const lock = JSON.parse(text) as Table;
  const packages = Object.entries((lock.packages ?? {}) as Record<string, Table>);
  const top = packages.filter(([path]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path));
  if (packages.length > 0) return top.map(([path, one]) => [path.slice('node_modules/'.length), one.version]);
  return Object.entries((lock.dependencies ?? {}) as Record<string, Table>).map(([name, one]) => [
    name,
    one.version,
  ]);
}

/** What each importer depends on, `1.2.3(peer@4.5.6)` or `{version}`; before version 6 of the format there is only one. */
function pnpmPackages(text: string): [string, unknown][] {
  /** Warnings would go to standard error, with what the file holds. */
  const lock = parseYaml(text, { logLevel: 'error' }) as Table;
  const importers = Object.values((lock.importers ?? { '.': lock }) as Record<string, Table>);
  return importers.flatMap((importer) =>
    ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((list) =>
      Object.entries((importer[list] ?? {}) as Record<string, Table | string>).map(
        ([name, one]): [string, unknown] => {
          const version = String(typeof one === 'string' ? one : one.version);
          return [name, /^\d/.test(version) ? version.replace(/[(_].*$/, '') : undefined];
        },
      ),
    ),
  );
}

/** yarn 1 writes a format of its own, later ones YAML; in both a block is headed by what was asked for. */
function yarnPackages(text: string): [string, unknown][] {
  const blocks = text.matchAll(
    /^("?(?:@[^@"\s]+|[^@"\s#]+)@[^\n]*):\r?\n(?:[ \t][^\n]*\n)*?[ \t]+version:? "?([^"\s]+)"?/gm,
  );
  return [...blocks].map((match) => [/^"?(@?[^@"]+)@/.exec(match[1] ?? '')?.[1] ?? '', match[2]]);
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
