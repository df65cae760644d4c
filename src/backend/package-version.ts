import { installedOrLockedVersion } from '../settings/locks.ts';
import { compareVersions, mayBeAtLeast, mayBeBelow } from '../settings/versions.ts';
import type { Backend } from './backend.ts';

/** The version that the lock file of a backend pins; undefined without one, and for requirements.txt, which pip installs without it. */
export function lockedVersionOf(backend: Backend, name: string): string | undefined {
  return installsByLock(backend)
    ? installedOrLockedVersion(backend.workspace, backend.facts.root, name)?.version
    : undefined;
}

/** True where the lock pins, or without one a fresh installation can bring, this version of a package or a later one. */
export function mayBeFrom(backend: Backend, name: string, version: string): boolean {
  const locked = lockedVersionOf(backend, name);
  if (locked) return compareVersions(locked, version) >= 0;
  return mayBeAtLeast(backend.facts.requires[name] ?? '', version);
}

/** True where the lock pins, or the manifests require, a version of a package below this one and nothing newer. */
export function isBelow(backend: Backend, name: string, version: string): boolean {
  const locked = lockedVersionOf(backend, name);
  if (locked) return compareVersions(locked, version) < 0;
  const specifier = backend.facts.requires[name];
  return specifier !== undefined && mayBeBelow(specifier, version) && !mayBeAtLeast(specifier, version);
}

/** First releases that work with pydantic 2, by their release notes; older ones pin pydantic 1. */
const WITH_PYDANTIC_2: [name: string, version: string][] = [
  ['fastapi', '0.100.0'],
  ['sqlmodel', '0.0.14'],
];

/** True where pydantic 2 is what an installation brings: by the lock, by its own requirement, or by those that pin pydantic 1. */
export function bringsPydantic2(backend: Backend): boolean {
  return (
    mayBeFrom(backend, 'pydantic', '2') &&
    WITH_PYDANTIC_2.every(([name, version]) => mayBeFrom(backend, name, version))
  );
}

/** A lock belongs to pyproject.toml or the Pipfile; pip installs a requirements.txt beside it without looking there. */
function installsByLock(backend: Backend): boolean {
  const kind = backend.manifests[0]?.kind;
  return kind === 'pyproject' || kind === 'pipfile';
}
