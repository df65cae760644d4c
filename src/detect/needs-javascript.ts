import type { Backend } from '../backend/backend.ts';
import type { LoadedTransform } from '../load-transforms.ts';

/** True where a file of some Node backend has what a JavaScript transform looks for, so that its parser must be loaded. */
export function needsJavaScript(
  backends: readonly Backend[],
  transforms: readonly LoadedTransform[],
): boolean {
  const literals = transforms.flatMap((loaded) =>
    loaded.language === 'javascript' ? loaded.transform.literals : [],
  );
  return backends
    .filter(({ facts }) => facts.language === 'javascript')
    .some(({ facts, workspace }) =>
      facts.files.some((file) => literals.some((literal) => workspace.read(file)?.text.includes(literal))),
    );
}
