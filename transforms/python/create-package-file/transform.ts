import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { dirname, join } from '../../../src/languages/python/modules.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Create the missing __init__.py of a package',
  why: 'Its neighbours are packages and it is not: tools that look for packages pass it over, and another folder of the same name may win.',
  safety: { unsafe: 'the folder becomes an ordinary package, which no other folder of that name can extend' },
  docs: 'https://docs.python.org/3/reference/import.html#regular-packages',
  tasks: ['T034'],
  fixes: [
    /No module named '[\w.]+'; '[\w.]+' is not a package/,
    /attempted relative import with no known parent package/,
  ],
  literals: ['import'],
  detect(document, backend): Draft[] {
    if (document.path !== backend.facts.entry?.file) return [];
    return missing(backend).map((folder) => {
      const file = join(folder, '__init__.py');
      return {
        subject: folder,
        at: { file, start: 0, end: 0 },
        message: `${folder} is imported as a package, and alone among its neighbours has no __init__.py.`,
        edits: [{ file, start: 0, end: 0, text: '' }],
      };
    });
  },
} satisfies Transform<'python'>;

/** Folders that are imported and lack the file, in a tree where all others have it that are imported or lead to packages. */
function missing(backend: Backend): string[] {
  const all = packageFolders(backend);
  if (all.every((folder) => backend.workspace.has(join(folder, '__init__.py')))) return [];
  const folders = importedAmong(backend, all);
  const isPackage = (folder: string) => backend.workspace.has(join(folder, '__init__.py'));
  const without = all.filter(
    (folder) =>
      !isPackage(folder) &&
      (folders.includes(folder) || all.some((each) => each.startsWith(`${folder}/`) && isPackage(each))),
  );
  return folders.filter((folder) => {
    const top = folder.split('/')[0] ?? folder;
    const below = (each: string) => each === top || each.startsWith(`${top}/`);
    const isAlone = without.filter(below).join() === folder;
    const packages = folders.filter((each) => below(each) && isPackage(each));
    // A folder with a setup.py of its own is what is built, and no part of it.
    const isBuilt = backend.workspace.has(join(folder, 'setup.py'));
    return isAlone && !isBuilt && packages.length >= 2 && hasPackageBeside(backend, folder, all);
  });
}

/** True where a folder beside it or in it is a package: without one, the author's way below that parent is to write no such file. */
function hasPackageBeside(backend: Backend, folder: string, all: string[]): boolean {
  const near = all.filter(
    (each) => each !== folder && (dirname(each) === dirname(folder) || dirname(each) === folder),
  );
  return near.some((each) => backend.workspace.has(join(each, '__init__.py')));
}

/** Folders with Python in them, below the folder that the server is started in; alembic's are run and not imported. */
function packageFolders(backend: Backend): string[] {
  const start = backend.facts.entry?.cwd ?? '';
  const paths = backend.facts.entry?.pythonPath ?? [];
  const roots = new Set([start, ...paths.map((path) => join(start, path))]);
  const found = new Set<string>();
  const migrations = alembicEnvironments(backend).map(({ document }) => dirname(document.path));
  for (const document of backend.sources) {
    for (let folder = dirname(document.path); folder !== '' && !roots.has(folder); folder = dirname(folder))
      found.add(folder);
  }
  return [...found].filter((folder) => !migrations.some((each) => `${folder}/`.startsWith(`${each}/`)));
}

/** Those that the path of an import runs through: `app.themes` for `import app.themes.dark` and `from app import themes`. */
function importedAmong(backend: Backend, folders: string[]): string[] {
  const imported = new Set(backend.sources.flatMap((document) => document.topBindings).flatMap(pathsOf));
  const { entry } = backend.facts;
  for (const path of entry ? prefixesOf(entry.module) : []) imported.add(path);
  return folders.filter((folder) => pathsTo(folder).some((path) => imported.has(path)));
}

/** Every module that an import runs through. Of a relative one, whose beginning is not written out, each part by itself. */
function pathsOf({ module = '', imported }: Binding): string[] {
  const relative = module.startsWith('.');
  const whole = imported ? `${module}.${imported}` : module;
  return relative ? whole.split('.').filter(Boolean) : prefixesOf(whole);
}

function prefixesOf(module: string): string[] {
  const parts = module.split('.');
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'));
}

/** The names that a folder may be imported by, whichever of the folders above it is on Python's path. */
function pathsTo(folder: string): string[] {
  const parts = folder.split('/');
  return parts.map((_, at) => parts.slice(at).join('.'));
}
