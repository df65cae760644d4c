import type { Backend } from '../backend/backend.ts';
import { versionsOf } from '../backend/javascript/versions.ts';
import type { LoadedTransform } from '../load-transforms.ts';

/** True where a transform has to do with a backend: it is of its language, and the backend requires one of its packages. */
export function concerns(loaded: LoadedTransform, backend: Backend): boolean {
  if (loaded.language === 'settings') return true;
  if (loaded.language !== backend.facts.language) return false;
  const { packages } = loaded.transform;
  return packages === undefined || packages.some((name) => versionsOf(backend)(name) !== undefined);
}
