import type { Backend } from '../backend/backend.ts';
import { mayRunWith } from '../backend/code-releases.ts';
import { isForSomeVersions, isLoadedForSomeVersions } from '../backend/version-checks.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import type { Draft } from '../transform.ts';

/** True where the releases that a transform is about may be installed in a backend, and run a file of it (relative path). */
export function mayMatter({ transform }: LoadedTransform, backend: Backend, path: string): boolean {
  return transform.since === undefined || mayRunWith(backend, path, transform.since);
}

/** The same of one place: what is written or loaded for some versions alone, below a test of the version, has been thought of. */
export function matters({ at, since }: Draft, { transform }: LoadedTransform, backend: Backend): boolean {
  if (since && !mayRunWith(backend, at.file, since)) return false;
  const names = Object.keys(since ?? transform.since ?? {});
  const document = names.length > 0 && at.file.endsWith('.py') ? backend.pythonDocument(at.file) : undefined;
  const node = document?.root.descendantForIndex(at.start, at.end);
  if (!document || !node) return true;
  return !names.some(
    (name) => isForSomeVersions(document, node, name) || isLoadedForSomeVersions(backend, document, name),
  );
}
