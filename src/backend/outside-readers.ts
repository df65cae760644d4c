import { dirname } from '../languages/python/modules.ts';
import type { Backend } from './backend.ts';
import { buildFoldersAt, isRelated } from './compose-services.ts';
import type { UrlPlace } from './url-places.ts';

/** Source files of other languages, and of other backends, that may read a variable. */
const SOURCES = /\.(py|[cm]?[jt]sx?|prisma|rb|go|php|java|kt|cs)$/;
const SHELL = /\.(sh|bash)$|(^|\/)Makefile$/;
const NO_READERS = /(^|\/)(docs?|tests?|node_modules)\//;

/**
 * Files outside a backend's own Python that read a variable which a shared settings file sets: another service of a monorepo, Prisma's
 * schema, a script that hands the address to psql. What they make of the address is not known, so it has to stay as it is.
 */
export function outsideReaders(backend: Backend, variable: string, places: readonly UrlPlace[]): string[] {
  const shared = [
    ...places.filter(({ kind }) => kind === 'dotenv').map(({ file }) => dirname(file)),
    ...foldersGiven(backend, places),
  ];
  const workflows = workflowsReading(backend, variable, places);
  if (shared.length === 0) return workflows;
  const own = new Set(backend.facts.files);
  const name = new RegExp(`\\b${variable}\\b`, 'i');
  const inShell = new RegExp(`\\$\\{?${variable}\\b`);
  const readers = backend.workspace.files().filter((file) => {
    if (
      own.has(file) ||
      NO_READERS.test(file) ||
      !shared.some((folder) => folder === '' || file.startsWith(`${folder}/`))
    )
      return false;
    const pattern = SHELL.test(file) ? inShell : SOURCES.test(file) ? name : undefined;
    return pattern?.test(backend.workspace.read(file)?.text ?? '') ?? false;
  });
  return [...readers, ...workflows];
}

/** The folders of other services that a compose file gives the same value, in an anchor that they share. */
function foldersGiven(backend: Backend, places: readonly UrlPlace[]): string[] {
  return places
    .flatMap((place) => buildFoldersAt(backend.workspace, place))
    .filter((folder) => !isRelated(folder, backend.facts.root));
}

/** A workflow that hands the variable it sets to a command: `psql $DATABASE_URL`. */
function workflowsReading(backend: Backend, variable: string, places: readonly UrlPlace[]): string[] {
  const given = new RegExp(`\\$(\\{\\{\\s*env\\.|\\{)?${variable}\\b`);
  const files = places.filter(({ kind }) => kind === 'workflow').map(({ file }) => file);
  return [...new Set(files)].filter((file) => given.test(backend.workspace.read(file)?.text ?? ''));
}
