import type { PythonDocument } from '../languages/python/document.ts';
import { dirname, join } from '../languages/python/modules.ts';
import { compareVersions } from '../settings/versions.ts';
import type { Releases } from '../transform.ts';
import type { Backend } from './backend.ts';
import { isTest } from './entry.ts';
import { type GoneUse, goneUses } from './gone-uses.ts';
import { loadedAtImport } from './import-reach.ts';
import { bringersOf, knownVersionOf, mayBeFrom } from './package-version.ts';
import { firstBeyondPython2 } from './python2.ts';

/**
 * True where these releases, or later ones, may be installed and this module (relative path) be imported with them. What imports a
 * name that a release took away runs with older ones alone: the other things that this release breaks are not broken there. A release
 * that is pinned or given by `--target` is what the module is looked at for, whether it can be imported or not.
 */
export function mayRunWith(backend: Backend, path: string, releases: Releases): boolean {
  return Object.entries(releases).every(
    ([name, version]) =>
      mayBeFrom(backend, name, version) &&
      !isKeptBelow(backend, path, name, version) &&
      (knownVersionOf(backend, name) !== undefined || firstBeyondPython2(backend, name) === undefined),
  );
}

function isKeptBelow(backend: Backend, path: string, name: string, version: string): boolean {
  const uses = path.endsWith('.py') ? usesBefore(backend).get(path) : undefined;
  return (uses ?? []).some(
    (use) => knownVersionOf(backend, use.package) === undefined && excludes(use, name, version),
  );
}

/** True where the releases of a package that have the name are below this version, or keep another package below it. */
function excludes(use: GoneUse, name: string, version: string): boolean {
  if (use.package === name) return compareVersions(use.since, version) <= 0;
  return bringersOf(name, version).some(
    ({ by, since }) => by === use.package && since !== undefined && compareVersions(use.since, since) <= 0,
  );
}

const known = new WeakMap<Backend, Map<string, GoneUse[]>>();

/** By the path of each module, the names that are gone and without which it cannot be imported: its own, and those of what it imports. */
function usesBefore(backend: Backend): Map<string, GoneUse[]> {
  const uses = known.get(backend) ?? findUses(backend);
  known.set(backend, uses);
  return uses;
}

function findUses(backend: Backend): Map<string, GoneUse[]> {
  const found = new Map<string, GoneUse[]>();
  const waiting: string[] = [];
  for (const document of backend.documents) {
    const uses = goneUses(document).filter(({ atImport }) => atImport);
    if (uses.length === 0) continue;
    found.set(document.path, uses);
    waiting.push(document.path);
  }
  const importers = waiting.length > 0 ? importersOf(backend.documents) : new Map<string, string[]>();
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const uses = found.get(at) ?? [];
    for (const path of importers.get(at) ?? []) {
      const earlier = found.get(path) ?? [];
      const more = uses.filter((use) => !earlier.includes(use));
      if (more.length === 0) continue;
      found.set(path, [...earlier, ...more]);
      waiting.push(path);
    }
  }
  return found;
}

/** By the path of each module, those that cannot be imported without it. */
function importersOf(documents: readonly PythonDocument[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const document of documents) {
    for (const { path } of [...loadedAtImport(document), ...loadedByTools(document)])
      found.set(path, [...(found.get(path) ?? []), document.path]);
  }
  return found;
}

/** What pytest and alembic load before the module: the `conftest.py` of a test's folders, the `env.py` beside `versions`. */
function loadedByTools(document: PythonDocument): PythonDocument[] {
  const folder = dirname(document.path);
  const found: (PythonDocument | undefined)[] = [];
  if (/(^|\/)versions(\/|$)/.test(folder))
    found.push(document.modules.document(join(folder.replace(/(^|\/)versions(\/.*)?$/, ''), 'env.py')));
  if (isTest(document.path) && !document.path.endsWith('conftest.py'))
    for (let at = folder; ; at = dirname(at)) {
      found.push(document.modules.document(join(at, 'conftest.py')));
      if (at === '') break;
    }
  return found.flatMap((each) => each ?? []);
}
