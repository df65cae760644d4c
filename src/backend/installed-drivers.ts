import { driversOf } from '../settings/database-drivers.ts';
import type { Backend } from './backend.ts';

/** Packages that bring SQLAlchemy: a manifest without any of them is not the one that installs the database layer. */
const BRINGING_SQLALCHEMY = ['sqlalchemy', 'sqlmodel', 'flask-sqlalchemy'];

/**
 * True where the manifests install SQLAlchemy and no driver of a dialect at all: neither one of its packages nor an extra that
 * may bring one (`sqlalchemy[postgresql]`, `databases[mysql]`).
 */
export function installsNoDriver(backend: Backend, dialect: string): boolean {
  const all = backend.manifests.flatMap(({ requirements }) => requirements);
  const open = backend.manifests.some(({ includes }) => includes.some((path) => !isRead(backend, path)));
  const installs = all.some(({ name }) => BRINGING_SQLALCHEMY.includes(name));
  const drivers = driversOf(dialect).flatMap(({ packages }) =>
    packages.map((name) => name.replace(/\[.*$/, '')),
  );
  const extras = all.flatMap((requirement) => requirement.extras);
  return (
    installs &&
    !open &&
    !all.some(({ name }) => drivers.includes(name) || name.startsWith('psycopg')) &&
    !extras.some((extra) => /postgres|psycopg|mysql|maria|pg/i.test(extra))
  );
}

/** `-r base.txt` of a file that is not among the manifests may bring anything. */
function isRead(backend: Backend, path: string): boolean {
  return backend.facts.manifests.includes(path);
}
