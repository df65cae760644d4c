import { posix } from 'node:path';
import { type Environment, environmentAt } from '../files/site-packages.ts';
import { allows } from '../settings/versions.ts';
import type { Backend } from './backend.ts';
import { specifierOf } from './specifiers.ts';

const known = new WeakMap<Backend, Environment | undefined>();

/**
 * The version of a package in the environment beside a backend, and the environment's folder. It is what runs there, and says nothing
 * of the next installation. Undefined where there is no environment, and where it is older than its manifests: they exclude that version.
 */
export function installedVersionOf(
  backend: Backend,
  name: string,
): { version: string; source: string } | undefined {
  if (!known.has(backend)) known.set(backend, environmentOf(backend));
  const environment = known.get(backend);
  const version = environment?.versions.get(name);
  if (!environment || version === undefined || !allows(specifierOf(backend, name) ?? '', version))
    return undefined;
  return { version, source: environment.folder };
}

function environmentOf({ workspace, facts }: Backend): Environment | undefined {
  return environmentAt(workspace.absoluteRoot, posix.join(workspace.absoluteRoot, facts.root));
}
