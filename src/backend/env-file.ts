import { dirname, join } from '../languages/python/modules.ts';
import { descendants, type Node, plainString } from '../languages/python/tree.ts';
import { type DotenvEntry, readDotenv } from '../settings/dotenv.ts';
import { isDotenv } from '../settings/variables.ts';
import type { Backend } from './backend.ts';

/** What an example of a `.env` is called: `.env.example`, `.env.sample`. */
const EXAMPLE = /^[._-](example|sample|template|dist|tmpl)$/;

/**
 * The dotenv files of the workspace that `env_file=…` names, and the examples that people copy them from. A relative name is
 * looked for in the folders that the server may be started in; one that code puts together goes by its last part.
 */
export function namedEnvFiles(backend: Backend, value: Node): string[] {
  const names = [value, ...descendants(value, 'string')].flatMap((node) => plainString(node) ?? []);
  const { root, entry } = backend.facts;
  const folders = [...new Set([root, entry?.cwd ?? root])];
  const composed = value.type !== 'string' && value.type !== 'tuple' && value.type !== 'list';
  return backend.facts.settingsFiles.filter((path) => {
    if (!isDotenv(path)) return false;
    return names.some((name) =>
      composed
        ? isSameFile(baseOf(path), baseOf(name)) && folders.includes(dirname(path))
        : folders.some((folder) => isSameFile(path, normalised(join(folder, name)))),
    );
  });
}

/** The entries of a dotenv file of the workspace. */
export function entriesOf(backend: Backend, path: string): DotenvEntry[] {
  const file = backend.workspace.read(path);
  return file ? readDotenv(file) : [];
}

function isSameFile(path: string, named: string): boolean {
  return path === named || (path.startsWith(named) && EXAMPLE.test(path.slice(named.length)));
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `api/../.env` is `.env`. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
