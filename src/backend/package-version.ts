import { lockedPythonVersion } from '../settings/python-locks.ts';
import { compareVersions, mayBeAtLeast, mayBeBelow } from '../settings/versions.ts';
import type { Backend } from './backend.ts';
import { installedVersionOf } from './installed-version.ts';
import { firstBeyondPython2 } from './python2.ts';
import { setupSpecifier, specifierOf } from './specifiers.ts';

const MIGRATE = 'sqlalchemy-migrate';

/**
 * The first release of a package with which a later version of another comes along, from the Requires-Dist of their wheels or, where
 * those say nothing, from importing them; releases before it keep the other one below that version. No release of some ever came along.
 */
const BROUGHT: [name: string, version: string, by: string, since: string | undefined][] = [
  ['pydantic', '2', 'fastapi', '0.100.0'],
  ['pydantic', '2', 'sqlmodel', '0.0.14'],
  ['starlette', '1.0', 'fastapi', '0.133.0'],
  ['sqlalchemy', '2.0', 'sqlmodel', '0.0.12'],
  ['sqlalchemy', '2.1', 'sqlmodel', '0.0.48'],
  ['sqlalchemy', '2.0', 'alembic', '1.7.2'],
  ['sqlalchemy', '2.0', 'apache-airflow', '3.0.0'],
  ['sqlalchemy', '2.0', 'databases', '0.9.0'],
  ['sqlalchemy', '2.0', 'flask-appbuilder', '5.0.0'],
  ['flask-sqlalchemy', '3.0', 'flask-appbuilder', '5.0.0'],
  ['sqlalchemy', '2.0', 'gino', '2.0'],
  ['sqlalchemy', '2.0', 'snowflake-sqlalchemy', '1.6.1'],
  ['sqlalchemy', '1.4', 'sqlalchemy-utils', '0.37.0'],
  ['sqlalchemy', '2.1', 'sqlalchemy-utils', '0.43.0'],
  ['sqlalchemy', '1.4', 'zope-sqlalchemy', '1.2'],
  // 0.13.0 is the last one: its import of sqlalchemy.databases fails.
  ['sqlalchemy', '2.0', MIGRATE, undefined],
];

/** The first release of a package that takes no earlier version of another, from the Requires-Dist of their wheels. */
const TAKES: [name: string, since: string, other: string, version: string][] = [
  ['fastapi', '0.126.0', 'pydantic', '2'],
  ['pydantic-settings', '2.0', 'pydantic', '2'],
  ['sqlmodel', '0.0.31', 'pydantic', '2'],
  ['sqlmodel', '0.0.12', 'sqlalchemy', '2.0'],
  ['flask-sqlalchemy', '3.1', 'sqlalchemy', '2.0'],
  ['databases', '0.9.0', 'sqlalchemy', '2.0'],
];

/**
 * The version that a backend has: the one of `--target`, else what its lock file pins, else, where no manifest says what to install,
 * what is installed beside it. Undefined for requirements.txt, which pip installs without a lock.
 */
export function knownVersionOf(backend: Backend, name: string): string | undefined {
  const { targets } = backend;
  backend.asked.add(name);
  if (targets[name] !== undefined) return targets[name];
  const bringerMoves = BROUGHT.some(([brought, , by]) => brought === name && targets[by] !== undefined);
  return bringerMoves ? undefined : writtenDown(backend, name)?.version;
}

/** A lock belongs to pyproject.toml or the Pipfile; pip installs a requirements.txt beside it without looking there. */
function writtenDown(backend: Backend, name: string): { version: string; source: string } | undefined {
  const kind = backend.manifests[0]?.kind;
  if (kind === 'pyproject' || kind === 'pipfile')
    return lockedPythonVersion(backend.workspace, backend.facts.root, name);
  return kind === undefined && specifierOf(backend, name) === undefined
    ? installedVersionOf(backend, name)
    : undefined;
}

/** True where the lock pins, or without one a fresh installation can bring, this version of a package or a later one. */
export function mayBeFrom(backend: Backend, name: string, version: string): boolean {
  const locked = knownVersionOf(backend, name);
  if (locked) return compareVersions(locked, version) >= 0;
  const beyond = firstBeyondPython2(backend, name);
  if (beyond !== undefined && compareVersions(version, beyond) >= 0) return false;
  return (
    mayBeAtLeast(specifierOf(backend, name) ?? '', version) &&
    mayBeBrought(backend, name, version) &&
    isTaken(backend, name, version)
  );
}

function isRequired(backend: Backend, name: string): boolean {
  return (
    backend.facts.requires[name] !== undefined ||
    setupSpecifier(backend, name) !== undefined ||
    (name === MIGRATE && importsMigrate(backend))
  );
}

const importers = new WeakMap<Backend, boolean>();

/** oslo.db brought sqlalchemy-migrate along for years, so that packages which import it do not name it. */
function importsMigrate(backend: Backend): boolean {
  const found =
    importers.get(backend) ??
    backend.sources.some(
      (document) =>
        /\bmigrate\b/.test(document.text) &&
        document.topBindings.some(
          ({ module = '', guards }) =>
            /^migrate(\.|$)/.test(module) &&
            guards.length === 0 &&
            document.modules.resolve(document.path, module).kind === 'external',
        ),
    );
  importers.set(backend, found);
  return found;
}

/** False where a package that requires this one keeps it below the version. */
function mayBeBrought(backend: Backend, name: string, version: string): boolean {
  return bringersOf(name, version).every(
    ({ by, since }) => !isRequired(backend, by) || (since !== undefined && mayBeFrom(backend, by, since)),
  );
}

/** The packages whose releases before `since` keep this one below the version; all their releases do where that is undefined. */
export function bringersOf(name: string, version: string): { by: string; since: string | undefined }[] {
  return BROUGHT.filter(([brought, from]) => brought === name && compareVersions(version, from) >= 0).map(
    ([, , by, since]) => ({ by, since }),
  );
}

/** False where the manifests hold another package below what this version of the package takes: `pydantic<2` keeps FastAPI at 0.125. */
function isTaken(backend: Backend, name: string, version: string): boolean {
  return TAKES.filter(([one, since]) => one === name && compareVersions(version, since) >= 0).every(
    ([, , other, needed]) => mayBeAtLeast(specifierOf(backend, other) ?? '', needed),
  );
}

/** True where the lock pins, or the manifests require, a version of a package below this one and nothing newer. */
export function isBelow(backend: Backend, name: string, version: string): boolean {
  const locked = knownVersionOf(backend, name);
  if (locked) return compareVersions(locked, version) < 0;
  const specifier = specifierOf(backend, name);
  return specifier !== undefined && mayBeBelow(specifier, version) && !mayBeAtLeast(specifier, version);
}

/** True where pydantic 2 is what an installation brings: by the lock, by its own requirement, or by those that pin pydantic 1. */
export function bringsPydantic2(backend: Backend): boolean {
  return mayBeFrom(backend, 'pydantic', '2');
}

/**
 * What makes `mayBeFrom` true, as the end of a sentence: `--target`, `uv.lock pins 1.10.0`, `requirements.txt admits it`, or that
 * nothing holds the package back; and what an environment beside it still has.
 */
export function versionReason(backend: Backend, name: string): string {
  const { targets } = backend;
  const target = [name, ...BROUGHT.flatMap(([brought, , by]) => (brought === name ? [by] : []))].find(
    (each) => targets[each] !== undefined,
  );
  if (target !== undefined) return `--target ${target}==${targets[target]}`;
  const known = writtenDown(backend, name);
  if (known)
    return known.source.endsWith('lock')
      ? `${known.source} pins ${known.version}`
      : `${known.source} has ${known.version}`;
  const installed = installedVersionOf(backend, name);
  return [admitting(backend, name), installed && `${installed.source} has ${installed.version}`]
    .filter(Boolean)
    .join('; ');
}

function admitting(backend: Backend, name: string): string {
  const [listed] = backend.requirements(name);
  if (listed) return `${listed.manifest.path} admits it`;
  return setupSpecifier(backend, name) ? 'setup.py admits it' : 'no manifest holds it back';
}
