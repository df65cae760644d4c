import type { PythonDocument } from '../languages/python/document.ts';
import type { PythonModules } from '../languages/python/modules.ts';
import { dirname, join } from '../languages/python/modules.ts';
import type { EntryPoint } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { type Application, applicationsOf } from './applications.ts';
import type { DocumentedCommand } from './commands.ts';

const DEFAULT_PORT = 8000;
const USUAL_FILES = ['main.py', 'app.py', 'asgi.py', 'server.py', 'api.py', '__init__.py'];

/** What a module that makes or holds an application says somewhere; the others are not parsed for one. */
const MAY_SERVE = /FastAPI|Starlette|Flask|^(app|application|api|asgi|server)\b\s*[:=]/m;

export interface FoundEntry {
  entry: EntryPoint;
  /** What other documented commands start. */
  others: EntryPoint[];
  application: Application;
}

/**
 * Where a backend is started: the documented command that resolves to an application of the backend, else the application
 * itself with a module path that its own imports can live with.
 */
export function findEntry(
  documents: readonly PythonDocument[],
  modules: PythonModules,
  workspace: Workspace,
  commands: readonly DocumentedCommand[],
  backendRoot: string,
): FoundEntry | undefined {
  const applications = documents
    .filter((document) => !isTest(document.path) && MAY_SERVE.test(document.text))
    .flatMap(applicationsOf);
  const documented = commands.flatMap(
    (command) => commandEntry(command, applications, workspace, backendRoot) ?? [],
  );
  const [first, ...rest] = distinct(documented);
  if (first) return { ...first, others: rest.map(({ entry }) => entry) };
  const [best] = [...applications].sort((a, b) => rank(a) - rank(b));
  return best && { entry: derivedEntry(best, modules, documents), others: [], application: best };
}

/** One for each application: a command may stand in the README and in the Dockerfile. */
function distinct(found: readonly Documented[]): Documented[] {
  const byApplication = new Map(
    found.toReversed().map((each) => [`${each.entry.file}:${each.entry.attribute}`, each]),
  );
  return [...byApplication.values()].toReversed();
}

type Documented = Omit<FoundEntry, 'others'>;

export function isTest(path: string): boolean {
  return /(^|\/)(tests?|testing)\//.test(path) || /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(path);
}

function rank(application: Application): number {
  const file = application.document.path;
  const usual = USUAL_FILES.indexOf(file.slice(file.lastIndexOf('/') + 1));
  const named = /^(app|application|api)$/.test(application.name) ? 0 : 20;
  return (application.factory ? 50 : 0) + named + (usual < 0 ? 10 : usual) + file.split('/').length;
}

function commandEntry(
  command: DocumentedCommand,
  applications: readonly Application[],
  workspace: Workspace,
  backendRoot: string,
): Documented | undefined {
  for (const cwd of workingFolders(command, backendRoot)) {
    for (const path of ['', ...command.pythonPath]) {
      const file = moduleFile(workspace, join(cwd, path).replace(/\/$/, ''), command.module);
      const application = applications.find(
        (each) => each.document.path === file && each.name === command.attribute,
      );
      if (application) return { application, entry: entryOf(command, application, cwd) };
    }
  }
  return undefined;
}

function entryOf(command: DocumentedCommand, application: Application, cwd: string): EntryPoint {
  return {
    file: application.document.path,
    module: command.module,
    attribute: command.attribute,
    factory: application.factory,
    cwd,
    pythonPath: command.pythonPath,
    source: `${command.file}:${command.line}`,
    port: command.port ?? DEFAULT_PORT,
  };
}

/** Folders that a documented command may have been meant for, the likeliest first. */
function workingFolders(command: DocumentedCommand, backendRoot: string): string[] {
  const folders = command.folder ? [command.folder.replace(/^\.\//, '').replace(/\/$/, '')] : [];
  folders.push(backendRoot, dirname(command.file));
  for (let at = backendRoot; at !== ''; ) {
    at = dirname(at);
    folders.push(at);
  }
  return [...new Set(folders)];
}

/** The file that `module` means when Python is started in `folder`. */
export function moduleFile(workspace: Workspace, folder: string, module: string): string | undefined {
  const path = join(folder, module.replaceAll('.', '/'));
  return [`${path}.py`, `${path}/__init__.py`].find((file) => workspace.has(file));
}

function derivedEntry(
  application: Application,
  modules: PythonModules,
  documents: readonly PythonDocument[],
): EntryPoint {
  const file = application.document.path;
  const cwd = startFolder(application.document, modules, documents);
  const inSrc = cwd === 'src' || cwd.endsWith('/src');
  return {
    file,
    module: modules.moduleName(file, cwd),
    attribute: application.name,
    factory: application.factory,
    cwd: inSrc ? dirname(cwd) : cwd,
    pythonPath: inSrc ? ['src'] : [],
    source: 'derived',
    port: DEFAULT_PORT,
  };
}

/** Above the outermost package; one higher for each level that a relative import of a folder without `__init__.py` needs. */
function startFolder(
  document: PythonDocument,
  modules: PythonModules,
  documents: readonly PythonDocument[],
): string {
  const root = modules.sourceRoot(document.path);
  const relative = document.topBindings.some((binding) => binding.module?.startsWith('.'));
  const inPackage = modules.moduleName(document.path, root).includes('.');
  if (relative && !inPackage && root !== '') return dirname(root);
  const inside = documents.filter(({ path }) => path.startsWith(`${root}/`));
  return inside.some((each) => namesItself(each, root)) ? dirname(root) : root;
}

/** Where a module in `app/` without `__init__.py` imports `app.db`, the server is started from above. */
function namesItself(document: PythonDocument, root: string): boolean {
  if (root === '') return false;
  const own = root.slice(root.lastIndexOf('/') + 1);
  return document.topBindings.some(
    (binding) => binding.module === own || binding.module?.startsWith(`${own}.`),
  );
}
