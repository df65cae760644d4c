import type { Backend } from '../backend/backend.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import { concerns, concernsFile } from './concerns.ts';
import { literalsOf } from './mentions.ts';

/**
 * True where a file of some Node backend has what a JavaScript transform looks for, or a schema of Prisma is there, whose
 * address moves to a module of its own: what is written is parsed as well, so that the parser must be loaded.
 */
export function needsJavaScript(
  backends: readonly Backend[],
  transforms: readonly LoadedTransform[],
): boolean {
  const literals = literalsOf(transforms);
  const looking = transforms.filter((loaded) => loaded.language === 'javascript');
  return backends.some((backend) => {
    const concerned = looking.filter((loaded) => concerns(loaded, backend));
    if (backend.facts.language === 'javascript' && backend.workspace.files().some(isPrismaSchema))
      return true;
    return backend.facts.files.some((path) =>
      concerned.some((loaded) => concernsFile(loaded, backend, path, literals)),
    );
  });
}

function isPrismaSchema(path: string): boolean {
  return path.endsWith('.prisma');
}
