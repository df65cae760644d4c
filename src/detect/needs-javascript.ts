import type { Backend } from '../backend/backend.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import { concerns } from './concerns.ts';
import { literalsOf } from './mentions.ts';

/** True where a file of some Node backend has what a JavaScript transform looks for, so that its parser must be loaded. */
export function needsJavaScript(
  backends: readonly Backend[],
  transforms: readonly LoadedTransform[],
): boolean {
  return backends.some((backend) => {
    const literals = transforms.flatMap((loaded) =>
      loaded.language === 'javascript' && concerns(loaded, backend) ? loaded.transform.literals : [],
    );
    return backend.facts.files.some((path) => {
      const file = literals.length > 0 ? backend.workspace.read(path) : undefined;
      return file !== undefined && literalsOf(transforms).isIn(file, literals);
    });
  });
}
