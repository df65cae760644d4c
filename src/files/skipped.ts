import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that tools fill: never the project's own source, also where somebody committed them. */
const FILLED = new Set([
  ...['.git', '.hg', '.svn', 'node_modules', 'bower_components', '.yarn', '.pnpm-store'],
  ...['__pycache__', '__pypackages__', 'site-packages', '.tox', '.nox', '.eggs'],
  ...['.mypy_cache', '.pytest_cache', '.ruff_cache', '.hypothesis', '.ipynb_checkpoints'],
  ...['.next', '.nuxt', '.svelte-kit', '.turbo', '.parcel-cache'],
]);

/** True for a name that is never looked into: a folder that a tool fills, or anything of ours. */
export function isSkippedName(name: string): boolean {
  return FILLED.has(name) || name.startsWith('.fix-backend');
}

/** True for a Python virtual environment, whatever its name (PEP 405). */
export function isEnvironment(absoluteFolder: string): boolean {
  return existsSync(join(absoluteFolder, 'pyvenv.cfg'));
}

/** `.env` and `.env.<anything>`: read although git ignores them, since the database's address lies there. */
export function isDotenv(name: string): boolean {
  return name === '.env' || name.startsWith('.env.');
}
