import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Transform } from './transform.ts';

const LANGUAGES = ['python', 'javascript', 'settings'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A transform with its id, which is its path below the folder of transforms. */
export type LoadedTransform = {
  [L in Language]: { id: string; language: L; transform: Transform<L> };
}[Language];

/** The folder of transforms: beside the built command, or beside `src/` where the program runs from source. */
export function transformsFolder(): string {
  const beside = fileURLToPath(new URL('./transforms', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../transforms', import.meta.url));
}

/** Ids of every transform in the folder, sorted. The folder is the registry: nothing else lists them. */
export function transformIds(folder = transformsFolder()): string[] {
  return LANGUAGES.flatMap((language) =>
    foldersIn(join(folder, language)).map((name) => `${language}/${name}`),
  )
    .filter((id) => transformFile(folder, id) !== undefined)
    .sort();
}

/** Imports the transforms of these languages, in the order of their ids. A folder may be given for tests. */
export async function loadTransforms(
  languages: Iterable<Language> = LANGUAGES,
  folder = transformsFolder(),
): Promise<LoadedTransform[]> {
  const wanted = new Set<string>(languages);
  const ids = transformIds(folder).filter((id) => wanted.has(id.split('/', 1)[0] ?? ''));
  return Promise.all(ids.map((id) => loadTransform(id, folder)));
}

/** Imports one transform by its id. Throws where the module does not export one: that is a defect of ours. */
export async function loadTransform(id: string, folder = transformsFolder()): Promise<LoadedTransform> {
  const file = transformFile(folder, id);
  if (!file) throw new Error(`There is no transform ${id} in ${folder}`);
  const module = await import(pathToFileURL(file).href);
  // A JavaScript transform's default export belongs to jscodeshift, so its description is a named export.
  const transform = id.startsWith('javascript/') ? module.transform : module.default;
  if (typeof transform?.detect !== 'function') throw new Error(`${id} exports no transform`);
  return { id, language: id.split('/', 1)[0], transform } as LoadedTransform;
}

function transformFile(folder: string, id: string): string | undefined {
  return ['transform.ts', 'transform.js']
    .map((name) => join(folder, id, name))
    .find((path) => existsSync(path));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
