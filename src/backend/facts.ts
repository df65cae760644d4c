import type { PythonDocument } from '../languages/python/document.ts';
import type { PythonModules } from '../languages/python/modules.ts';
import { join } from '../languages/python/modules.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { constraintsOf } from '../settings/included-manifests.ts';
import { readManifest } from '../settings/manifest.ts';
import type { BackendFacts, DatabaseAddress, SessionDependency } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { allAddresses } from './addresses.ts';
import { Backend, type Targets } from './backend.ts';
import { composedAddress } from './constants.ts';
import { classesOf } from './engines.ts';
import type { FoundEntry } from './entry.ts';
import { packagesOfImages } from './image-packages.ts';
import { modeOf } from './mode.ts';
import { modelsOf } from './models.ts';
import { sessionFunctionsOf } from './sessions.ts';
import { fieldsOf } from './settings-fields.ts';
import { settingsFiles } from './url-places.ts';

/** What discovery has found so far of one Python backend. */
export interface PythonGroup {
  workspace: Workspace;
  root: string;
  files: string[];
  manifests: string[];
  modules: PythonModules;
  otherRoots: readonly string[];
  found?: FoundEntry;
  targets: Targets;
}

/** Reads everything that is known of a Python backend. */
export function pythonBackend(group: PythonGroup): Backend {
  const facts = plainFacts(group);
  const backend = new Backend(facts, group.workspace, group.modules, group.found?.application, group.targets);
  const mode = modeOf(backend);
  facts.mode = mode.mode;
  facts.modeBecause = mode.because;
  facts.dependencies = dependencies(backend);
  Object.assign(facts, tables(backend));
  facts.addresses = addresses(backend);
  facts.requiredSettings = backend.sources
    .filter((document) => document.text.includes('Settings'))
    .flatMap(required);
  return backend;
}

function plainFacts(group: PythonGroup): BackendFacts {
  const { workspace, root, files, found } = group;
  const manifests = [...group.manifests].sort(
    (a, b) => installOrder(a) - installOrder(b) || a.localeCompare(b),
  );
  const settings = settingsFiles(workspace, root, group.otherRoots);
  const framework = found?.application.framework ?? djangoOf(workspace, files);
  return {
    name: nameOf(workspace, root),
    root,
    language: 'python',
    ...(framework && { framework }),
    ...(found && { entry: found.entry }),
    ...(found && found.others.length > 0 && { otherEntries: found.others }),
    manifests,
    settingsFiles: settings,
    files,
    mode: 'unknown',
    modeBecause: [],
    addresses: [],
    dependencies: [],
    metadata: [],
    modelModules: [],
    requires: requires(workspace, manifests, settings),
    requiredSettings: [],
  };
}

/** Django is started through the `manage.py` that it makes, and no module holds its application by a call that we know. */
function djangoOf(workspace: Workspace, files: readonly string[]): 'django' | undefined {
  const starter = files.find((file) => file === 'manage.py' || file.endsWith('/manage.py'));
  return starter && workspace.read(starter)?.text.includes('DJANGO_SETTINGS_MODULE') ? 'django' : undefined;
}

function nameOf(workspace: Workspace, root: string): string {
  const path = root === '' ? workspace.absoluteRoot : root;
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? 'backend';
}

function installOrder(path: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const order = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.cfg'].indexOf(name);
  return order < 0 ? 9 : order;
}

/** The specifiers of the manifests; where they name no version, those of the Dockerfiles. */
function requires(
  workspace: Workspace,
  manifests: string[],
  settings: readonly string[],
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of manifests) {
    const file = workspace.read(path);
    for (const requirement of file ? readManifest(file).requirements : []) {
      if (found[requirement.name] === undefined || requirement.group === 'main')
        found[requirement.name] = requirement.specifier;
    }
  }
  for (const [name, specifier] of constraintsOf(workspace, manifests))
    found[name] = [found[name], specifier].filter(Boolean).join(',');
  for (const [name, specifier] of packagesOfImages(workspace, settings)) found[name] ||= specifier;
  return found;
}

function dependencies(backend: Backend): SessionDependency[] {
  return backend.sources.flatMap((document) =>
    sessionFunctionsOf(document).map(({ name, async }) => ({
      file: document.path,
      module: importPath(backend, document),
      name,
      async,
    })),
  );
}

function tables(backend: Backend): Pick<BackendFacts, 'metadata' | 'modelModules'> {
  const metadata = new Map<string, { module: string; expression: string }>();
  const modelModules = new Set<string>();
  for (const document of backend.sources.filter(({ text }) => /sqlalchemy|sqlmodel|Base|Model/.test(text))) {
    for (const { home } of modelsOf(document)) {
      modelModules.add(importPath(backend, document));
      const where =
        home.kind === 'sqlmodel'
          ? { module: 'sqlmodel', expression: 'SQLModel.metadata' }
          : { module: importPath(backend, home.document), expression: `${home.name}.metadata` };
      metadata.set(`${where.module}.${where.expression}`, where);
    }
  }
  return { metadata: [...metadata.values()], modelModules: [...modelModules] };
}

/** The module path of a file as the started server imports it. */
function importPath(backend: Backend, document: PythonDocument): string {
  const entry = backend.facts.entry;
  const paths = entry ? entry.pythonPath.map((path) => join(entry.cwd, path)) : [];
  for (const root of [...paths, entry?.cwd ?? '']) {
    if (root === '' || document.path.startsWith(`${root}/`))
      return backend.modules.moduleName(document.path, root);
  }
  return backend.modules.moduleName(document.path);
}

function addresses(backend: Backend): DatabaseAddress[] {
  const found = new Map<string, DatabaseAddress>();
  for (const address of allAddresses(backend)) {
    for (const place of address.places) {
      const literal = address.sources.literals.find(
        (each) => each.document.path === place.file && each.start === place.start,
      );
      const url = (literal && composedAddress(backend, literal)) ?? parseDatabaseUrl(place.text);
      if (!url) continue;
      const { dialect, driver, host, port, database, user } = url;
      const at = { file: place.file, start: place.start, end: place.end };
      const plain = { dialect, driver, host, port, database, user, variable: place.variable };
      const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
      found.set(`${place.file}:${place.start}`, { ...given, dialect, place: at });
    }
  }
  return [...found.values()];
}

function required(document: PythonDocument): { name: string; type: string }[] {
  return classesOf(document)
    .flatMap((definition) => fieldsOf(document, definition))
    .filter((field) => field.required)
    .map((field) => ({ name: field.variable, type: field.annotation?.text ?? 'str' }));
}
