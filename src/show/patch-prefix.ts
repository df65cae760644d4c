import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * What file names in a patch begin with. Inside a git repository they are relative to its top level, because that is
 * how `git apply` reads a `diff --git` header wherever in the repository it runs (builtin/apply: is_toplevel_relative).
 * Elsewhere they are relative to the folder that the command runs in, if that holds the root, or to the root.
 */
export function patchPrefix(absoluteRoot: string, absoluteCwd: string): string {
  const base = gitTopLevel(absoluteRoot) ?? absoluteCwd;
  const path = relative(base, absoluteRoot);
  if (path === '' || path.startsWith('..')) return '';
  return `${path.split(sep).join('/')}/`;
}

function gitTopLevel(absoluteFolder: string): string | undefined {
  if (existsSync(join(absoluteFolder, '.git'))) return absoluteFolder;
  const parent = dirname(absoluteFolder);
  return parent === absoluteFolder ? undefined : gitTopLevel(parent);
}
