import { dirname } from '../languages/python/modules.ts';
import type { Backend } from './backend.ts';

/** Who sets `DATABASE_URL` of a hosted backend, and the scheme that it is set with. */
export interface HostedAddress {
  scheme: 'postgres' | 'postgresql';
  /** The file that says so. */
  file: string;
}

/**
 * Heroku and Fly.io attach a database as `postgres://` (devcenter.heroku.com/articles/connecting-heroku-postgres,
 * fly.io/docs/postgres); what says that a backend runs there is a Procfile, an app.json with the add-on, or a fly.toml.
 */
export function hostedAddress(backend: Backend, variable: string): HostedAddress | undefined {
  if (variable !== 'DATABASE_URL') return undefined;
  const file = backend.workspace
    .files()
    .find((path) => isAtOrAbove(dirname(path), backend.facts.root) && saysPostgres(backend, path));
  return file === undefined ? undefined : { scheme: 'postgres', file };
}

function saysPostgres(backend: Backend, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'Procfile' || name === 'fly.toml') return true;
  return name === 'app.json' && /heroku-postgresql/.test(backend.workspace.read(path)?.text ?? '');
}

function isAtOrAbove(folder: string, root: string): boolean {
  return folder === '' || folder === root || root.startsWith(`${folder}/`);
}
