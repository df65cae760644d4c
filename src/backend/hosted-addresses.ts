import { dirname } from '../languages/python/modules.ts';
import { renderDatabaseVariables } from '../settings/platforms.ts';
import { settingsKind } from '../settings/variables.ts';
import type { Backend } from './backend.ts';

/** Who sets `DATABASE_URL` of a hosted backend, and the scheme that it is set with. */
export interface HostedAddress {
  scheme: 'postgres' | 'postgresql';
  /** The file that says so. */
  file: string;
}

/**
 * Render gives `postgresql://` to the variables that its blueprint takes from a database (render.com/docs/blueprint-spec).
 * Heroku and Fly.io attach a database as `postgres://` (devcenter.heroku.com/articles/connecting-heroku-postgres,
 * fly.io/docs/postgres); what says that a backend runs there is a Procfile, an app.json with the add-on, or a fly.toml.
 */
export function hostedAddress(backend: Backend, variable: string): HostedAddress | undefined {
  const files = backend.workspace.files().filter((path) => isAtOrAbove(dirname(path), backend.facts.root));
  const render = files.find((path) => givenByRender(backend, path, variable));
  if (render !== undefined) return { scheme: 'postgresql', file: render };
  if (variable !== 'DATABASE_URL') return undefined;
  const file = files.find((path) => saysPostgres(backend, path));
  return file === undefined ? undefined : { scheme: 'postgres', file };
}

function givenByRender(backend: Backend, path: string, variable: string): boolean {
  const file = settingsKind(path) === 'render' ? backend.workspace.read(path) : undefined;
  return file !== undefined && renderDatabaseVariables(file).includes(variable);
}

function saysPostgres(backend: Backend, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'Procfile' || name === 'fly.toml') return true;
  return name === 'app.json' && /heroku-postgresql/.test(backend.workspace.read(path)?.text ?? '');
}

function isAtOrAbove(folder: string, root: string): boolean {
  return folder === '' || folder === root || root.startsWith(`${folder}/`);
}
