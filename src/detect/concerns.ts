import type { Backend } from '../backend/backend.ts';
import { versionsOf } from '../backend/javascript/versions.ts';
import { modulesOf } from '../languages/javascript/modules.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import type { Literals } from './mentions.ts';

type Looking = Exclude<LoadedTransform, { language: 'settings' }>;

const EXTENSION = { python: /\.py$/, javascript: /\.[cm]?[jt]sx?$/ };

/** True where a transform has to do with a backend: it is of its language, and the backend requires one of its packages. */
export function concerns(loaded: LoadedTransform, backend: Backend): boolean {
  if (loaded.language === 'settings') return true;
  if (loaded.language !== backend.facts.language) return false;
  const { packages } = loaded.transform;
  return packages === undefined || packages.some((name) => versionsOf(backend)(name) !== undefined);
}

/** True where a file (relative path) has to be parsed for a transform that concerns its backend; told from texts alone. */
export function concernsFile(loaded: Looking, backend: Backend, path: string, literals: Literals): boolean {
  const file = EXTENSION[loaded.language].test(path) ? backend.workspace.read(path) : undefined;
  if (!file || !literals.isIn(file, loaded.transform.literals)) return false;
  const { packages } = loaded.transform;
  return loaded.language === 'python' || !packages || modulesOf(backend).reach.isIn(path, packages);
}

/**
 * Files (relative paths) of a backend in which one of these JavaScript transforms can find anything. Asked once for all of them: most
 * files of a repository are out of every package's reach, and their texts need not be searched for each transform's literals.
 */
export function reachable(
  loaded: readonly Looking[],
  backend: Backend,
  paths: readonly string[],
): readonly string[] {
  const packages = loaded.map(({ transform }) => transform.packages);
  if (packages.includes(undefined)) return paths;
  const all = [...new Set(packages.flatMap((names) => names ?? []))].sort();
  const { reach } = modulesOf(backend);
  return paths.filter((path) => EXTENSION.javascript.test(path) && reach.isIn(path, all));
}
