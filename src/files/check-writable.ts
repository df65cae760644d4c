import { accessSync, constants } from 'node:fs';
import { type Folder, inFolder, splitPath } from './folder.ts';
import { errorCode, onFile } from './io-error.ts';

/**
 * Makes sure, before anything is written, that every file may be replaced and its folder written to.
 * A file without write permission is refused although a rename would get round it: somebody meant it.
 * Returns the folders that are not there yet, outermost first. Throws FixBackendError (3) that names file or folder.
 */
export function checkWritable(absoluteRoot: string, paths: readonly string[]): string[] {
  const missing = new Set<string>();
  for (const path of paths) {
    const { folder, name } = splitPath(path);
    const there = checkFolder(absoluteRoot, folder, missing);
    if (there) onFile(path, () => inFolder(absoluteRoot, folder, (held) => checkFile(held, name)));
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

function checkFolder(absoluteRoot: string, folder: string, missing: Set<string>): boolean {
  if (missing.has(folder)) return false;
  try {
    inFolder(absoluteRoot, folder, (held) => onFile(folder || absoluteRoot, () => checkEntries(held)));
    return true;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  missing.add(folder);
  checkFolder(absoluteRoot, splitPath(folder).folder, missing);
  return false;
}

function checkEntries(held: Folder): void {
  accessSync(held.path, constants.W_OK | constants.X_OK);
}

function checkFile(held: Folder, name: string): void {
  try {
    accessSync(held.at(name), constants.W_OK);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
