import type { Backend } from './backend.ts';
import { mayBeFrom } from './package-version.ts';

/** True where the lock file pins, or without one a fresh installation of the manifests can bring, this version of SQLAlchemy or a later one. */
export function sqlalchemyMayBe(backend: Backend, version: '2.0' | '2.1'): boolean {
  return mayBeFrom(backend, 'sqlalchemy', version);
}
