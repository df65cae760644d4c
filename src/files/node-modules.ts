import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version of an installed package, from the node_modules at or above a folder, up to the workspace's root.
 * Folders are absolute. Undefined where it is not installed there.
 */
export function installedNodeVersion(
  absoluteRoot: string,
  absoluteFolder: string,
  name: string,
): string | undefined {
  for (let folder = absoluteFolder; ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'node_modules', name, 'package.json'));
    if (version !== undefined) return version;
    if (folder === absoluteRoot || folder === dirname(folder)) return undefined;
  }
}

function versionIn(path: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
