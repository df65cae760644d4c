import type { Backend } from '../backend/backend.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import { concerns, concernsFile } from './concerns.ts';
import { literalsOf } from './mentions.ts';

/** True where a file of some Node backend has what a JavaScript transform looks for, so that its parser must be loaded. */
export function needsJavaScript(
  backends: readonly Backend[],
  transforms: readonly LoadedTransform[],
): boolean {
  const literals = literalsOf(transforms);
  const looking = transforms.filter((loaded) => loaded.language === 'javascript');
  return backends.some((backend) => {
    const concerned = looking.filter((loaded) => concerns(loaded, backend));
    return backend.facts.files.some((path) =>
      concerned.some((loaded) => concernsFile(loaded, backend, path, literals)),
    );
  });
}
