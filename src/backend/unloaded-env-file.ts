import type { PythonDocument } from '../languages/python/document.ts';
import { children, descendants, enclosing, type Node } from '../languages/python/tree.ts';
import { isDotenv } from '../settings/variables.ts';
import type { Draft } from '../transform.ts';
import type { EngineAddress } from './addresses.ts';
import type { Backend } from './backend.ts';
import { environmentRead } from './environment-reads.ts';
import { valuesOf } from './url-places.ts';

const LOADERS = /^dotenv(\.main)?\.(load_dotenv|dotenv_values)$/;

/**
 * The variable of an engine that is read before its env file is, or never: where python-dotenv is required and nothing calls it,
 * and where the module that reads the variable is imported above the call of load_dotenv(). Undefined where the variable has a
 * default, or any other way to be set is in sight.
 */
export function unloadedEnvFile(
  backend: Backend,
  { engine, sources, places }: EngineAddress,
): Draft | undefined {
  const [variable] = sources.variables;
  if (
    !variable ||
    sources.literals.length > 0 ||
    sources.alterations.length > 0 ||
    sources.unknown.length > 0
  )
    return undefined;
  const read = moduleRead(backend, variable.name);
  const values = valuesOf(backend.workspace, backend.facts.settingsFiles, variable.name);
  const file = values.find((place) => isDotenv(place.file));
  if (
    !read ||
    !file ||
    places.some(({ kind }) => kind !== 'dotenv') ||
    !values.every(({ kind }) => kind === 'dotenv')
  )
    return undefined;
  if (enclosing(engine.call, 'function_definition', 'lambda')) return undefined;
  const base = { subject: `${variable.name} unread`, at: read.document.place(read.node) };
  const loaders = backend.sources.flatMap((document) =>
    loadCalls(document).map((call) => ({ document, call })),
  );
  if (loaders.length === 0) {
    if (!backend.requires('python-dotenv') || isReadElsewhere(backend)) return undefined;
    return {
      ...base,
      message: `${variable.name} stands in ${file.file}, which nothing reads: it is None here.`,
      next: 'Call load_dotenv() of python-dotenv above this line.',
    };
  }
  const late = loaders.find(({ document, call }) => importsBefore(backend, document, call, read.document));
  const early = loaders.some(
    ({ document }) => document.path === read.document.path || importedBy(read.document, document),
  );
  if (!late || early || loaders.length > 1) return undefined;
  return {
    ...base,
    message: `${late.document.path} imports this module before it calls load_dotenv(), so that ${variable.name} is not set yet.`,
    next: `Call load_dotenv() above the import of ${backend.modules.moduleName(read.document.path)} in ${late.document.path}.`,
  };
}

/** Where the code asks the environment for the variable while the module is imported, without a default. */
function moduleRead(
  backend: Backend,
  variable: string,
): { document: PythonDocument; node: Node } | undefined {
  for (const document of backend.sources.filter(({ text }) => text.includes(variable))) {
    for (const node of descendants(document.root, ['call', 'subscript'])) {
      const read = environmentRead(document, node);
      if (read?.variable !== variable) continue;
      const later = enclosing(node, 'function_definition', 'lambda', 'class_definition');
      return later || read.default ? undefined : { document, node };
    }
  }
  return undefined;
}

function loadCalls(document: PythonDocument): Node[] {
  if (!document.text.includes('dotenv')) return [];
  return document.calls.filter((call) =>
    LOADERS.test(document.externalName(call.childForFieldName('function') ?? call) ?? ''),
  );
}

/** Other readers of env files: uvicorn and Docker by an option, compose, pydantic-settings, environs, decouple. */
function isReadElsewhere(backend: Backend): boolean {
  const inCode = backend.documents.some(({ text }) =>
    /env_file|environs|decouple|find_dotenv|dotenv/.test(text),
  );
  const inFiles = backend.workspace
    .files()
    .filter((file) =>
      /\.(sh|md|rst|toml|ya?ml|json|bat|ps1)$|(^|\/)(Makefile|Dockerfile[^/]*|Procfile|justfile|\.envrc)$/.test(
        file,
      ),
    )
    .some((file) =>
      /env[-_]file|--env\b|source \S*\.env|\.env\b.*(export|source|xargs)|(export|source|xargs).*\.env\b|dotenv run/.test(
        backend.workspace.read(file)?.text ?? '',
      ),
    );
  return inCode || inFiles;
}

/** True where a statement above the call imports the module. */
function importsBefore(
  backend: Backend,
  document: PythonDocument,
  call: Node,
  read: PythonDocument,
): boolean {
  const top = children(document.root);
  return document.topBindings.some(({ module, imported, statement, guards }) => {
    if (
      !module ||
      guards.length > 0 ||
      statement.startIndex > call.startIndex ||
      !top.some(({ id }) => id === statement.id)
    )
      return false;
    const names = imported ? [module, `${module}.${imported}`] : [module];
    return names.some((name) => {
      const target = backend.modules.resolve(document.path, name);
      return target.kind === 'project' && target.document.path === read.path;
    });
  });
}

/** True where the module itself imports the other one, and with it what that one loads. */
function importedBy(document: PythonDocument, other: PythonDocument): boolean {
  return document.topBindings.some(({ module }) => {
    const target = module ? document.modules.resolve(document.path, module) : undefined;
    return target?.kind === 'project' && target.document.path === other.path;
  });
}
