import { posix } from 'node:path';
import semver from 'semver';
import { installedNodeVersion } from '../../files/node-modules.ts';
import { readJsonc, record, strings } from '../../settings/jsonc.ts';
import { lockedNodeVersion } from '../../settings/node-locks.ts';
import type { Workspace } from '../../workspace.ts';

/** The version of one package that a backend runs with. */
export interface PackageVersion {
  name: string;
  /** `mongoose 9.12.1 (package-lock.json)`, or `mongoose ^9.0.0` where only the range is known. */
  text: string;
  major: number;
  /** True where the version that runs, or the newest one that the range admits, lies in a semver range. */
  is(range: string): boolean;
}

/** What is known of each package; undefined for one that no manifest names. */
export type Versions = (name: string) => PackageVersion | undefined;

/** The newest versions known, for ranges without an upper end; of all others the newest is above every number. */
const NEWEST: Record<string, string> = {
  mongoose: '9.12.1', mongodb: '7.9.0', typeorm: '1.1.1', prisma: '7.10.1', '@prisma/client': '7.10.1', pg: '8.23.1',
  mysql: '2.18.1', mysql2: '3.24.6', sequelize: '6.37.8', knex: '3.3.0', redis: '6.3.1', ioredis: '6.0.0',
  'connect-redis': '10.0.0', 'connect-mongo': '6.0.0', 'drizzle-orm': '0.45.4', '@mikro-orm/core': '7.2.0',
  'better-sqlite3': '13.2.0', sqlite3: '6.0.1',
}; // biome-ignore format: one list

const known = new WeakMap<object, Map<string, PackageVersion | undefined>>();

/** The versions of one backend: from the lock file, else from node_modules, else what the range of package.json admits. */
export function versionsOf(backend: { workspace: Workspace; facts: { root: string } }): Versions {
  const cache = known.get(backend) ?? new Map<string, PackageVersion | undefined>();
  known.set(backend, cache);
  return (name) => {
    if (!cache.has(name)) cache.set(name, find(backend.workspace, backend.facts.root, name));
    return cache.get(name);
  };
}

/** Packages whose presence alone decides something. */
const DRIVERS = ['postgres', 'mariadb', 'tedious', 'oracledb', '@libsql/client', '@neondatabase/serverless'];

/** For jscodeshift alone: `--mongoose=8`. Without any of these options the newest of everything is meant, else only what is named. */
export function versionsFrom(options: Record<string, unknown>): Versions {
  const given = [...Object.keys(NEWEST), ...DRIVERS].some((name) => options[name] !== undefined);
  return (name) => {
    const range = options[name];
    if (range === undefined) return given ? undefined : ofRange(name, '*');
    return ofRange(name, String(range));
  };
}

function find(workspace: Workspace, root: string, name: string): PackageVersion | undefined {
  const range = rangeOf(workspace, root, name);
  if (range === undefined) return undefined;
  const locked = lockedNodeVersion(workspace, root, { name, range });
  // A lock that a changed package.json has left behind says nothing of the next installation.
  if (locked && fits(locked.version, range)) return ofVersion(name, locked.version, ` (${locked.source})`);
  const installed = installedNodeVersion(
    workspace.absoluteRoot,
    posix.join(workspace.absoluteRoot, root),
    name,
  );
  return installed === undefined ? ofRange(name, range) : ofVersion(name, installed, ' (installed)');
}

function fits(version: string, range: string): boolean {
  const valid = semver.validRange(range);
  return valid === null || semver.satisfies(version, valid, { includePrerelease: true, loose: true });
}

/** What the nearest package.json that names a package asks for: its own, or that of a workspace above it. */
function rangeOf(workspace: Workspace, root: string, name: string): string | undefined {
  for (let folder = root; ; folder = parentOf(folder)) {
    const data = record(readJsonc(workspace.read(posix.join(folder, 'package.json'))?.text ?? ''));
    for (const list of ['dependencies', 'optionalDependencies', 'devDependencies', 'peerDependencies']) {
      const range = strings(data[list])[name];
      if (range !== undefined) return range;
    }
    if (folder === '') return undefined;
  }
}

function ofVersion(name: string, version: string, source: string): PackageVersion {
  return made(name, version, `${name} ${version}${source}`);
}

/** `npm:other@^1` is another package under this name; a URL or a tag means the newest. */
function ofRange(name: string, range: string): PackageVersion {
  const valid = semver.validRange(range.replace(/^(npm:.+@|workspace:)/, '')) ?? '*';
  const major = (version: string) => semver.major(version);
  const version = newestOf(name, valid);
  return made(name, version, `${name} ${valid === '*' ? major(version) : range}`);
}

function made(name: string, version: string, text: string): PackageVersion {
  return {
    name,
    text,
    major: semver.parse(version)?.major ?? 0,
    is: (range) => semver.satisfies(version, range, { includePrerelease: true, loose: true }),
  };
}

/** The newest version that a range admits: a known one, or the highest number below its upper end. */
function newestOf(name: string, range: string): string {
  const newest = NEWEST[name] ?? '9999.0.0';
  const tops = new semver.Range(range).set.map((all) => topOf(all, newest));
  return tops.sort(semver.rcompare)[0] ?? newest;
}

function topOf(all: readonly semver.Comparator[], newest: string): string {
  const upper = all.find(({ operator }) => operator === '<' || operator === '<=' || operator === '');
  const bound = upper?.semver;
  if (!upper || !bound?.version) {
    const least = all.find(({ operator }) => operator !== '<')?.semver;
    return least?.version && semver.gt(least, newest) ? least.version : newest;
  }
  if (upper.operator !== '<') return bound.version;
  if (semver.satisfies(newest, all.map(({ value }) => value).join(' '))) return newest;
  if (bound.patch > 0) return `${bound.major}.${bound.minor}.${bound.patch - 1}`;
  if (bound.minor > 0) return `${bound.major}.${bound.minor - 1}.9999`;
  return `${Math.max(bound.major - 1, 0)}.9999.9999`;
}

function parentOf(folder: string): string {
  const parent = posix.dirname(folder);
  return parent === '.' || parent === '/' ? '' : parent;
}
