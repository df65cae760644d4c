import { compareVersions, mayBeAtLeast } from '../settings/versions.ts';
import type { Backend } from './backend.ts';
import { lockedVersionOf } from './package-version.ts';

/**
 * What each SQLModel lets in, from the Requires-Dist of its wheels: below 0.0.12 SQLAlchemy 1.4, up to 0.0.47 SQLAlchemy 2.0,
 * from 0.0.50 on 2.1 as well.
 */
const SQLMODEL: [sqlmodel: string, sqlalchemy: string][] = [
  ['0.0.48', '2.1'],
  ['0.0.12', '2.0'],
];

/** True where the lock file pins, or without one a fresh installation of the manifests can bring, this version of SQLAlchemy or a later one. */
export function sqlalchemyMayBe(backend: Backend, version: '2.0' | '2.1'): boolean {
  const locked = lockedVersionOf(backend, 'sqlalchemy');
  if (locked) return compareVersions(locked, version) >= 0;
  const { sqlalchemy, sqlmodel } = backend.facts.requires;
  if (sqlalchemy !== undefined && !mayBeAtLeast(sqlalchemy, version)) return false;
  if (sqlmodel === undefined) return true;
  const since = SQLMODEL.find(([, brings]) => brings === version)?.[0];
  return since === undefined || mayBeAtLeast(sqlmodel, since);
}
