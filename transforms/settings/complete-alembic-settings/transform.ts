import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import { type AlembicEnvironment, alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { isText } from '../../../src/backend/text-values.ts';
import { valueFor } from '../../../src/backend/values.ts';
import type { SourceFile } from '../../../src/files/source-file.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { dirname, join } from '../../../src/languages/python/modules.ts';
import { addImportLines } from '../../../src/languages/python/plain-imports.ts';
import {
  children,
  descendants,
  enclosing,
  type Node,
  plainString,
} from '../../../src/languages/python/tree.ts';
import { iniEntry, readIni } from '../../../src/settings/ini.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Tell alembic where the code and the database are',
  why: 'The alembic command does not look for modules in the folder that it is started in, and takes its address from alembic.ini unless env.py gives it one.',
  safety: 'safe',
  docs: 'https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file',
  catalogue: ['py-alembic-path-url'],
  fixes: [
    /KeyError: 'url'/,
    /No module named '(app|src|backend|models|database|core)'/,
    /Can't load plugin: sqlalchemy\.dialects:driver/,
  ],
  detect(backend) {
    return alembicEnvironments(backend).flatMap((environment) => {
      const ini = iniOf(backend, environment.document.path);
      return ini ? [...path(backend, environment, ini), ...address(backend, environment, ini)] : [];
    });
  },
} satisfies Transform<'settings'>;

/** The alembic.ini above an env.py. */
function iniOf(backend: Backend, environment: string): SourceFile | undefined {
  for (let folder = dirname(environment); ; folder = dirname(folder)) {
    const file = backend.workspace.read(join(folder, 'alembic.ini'));
    if (file || folder === '') return file;
  }
}

/** `prepend_sys_path = .`, where env.py imports modules that lie beside alembic.ini and nothing else brings them onto the path. */
function path(backend: Backend, { document }: AlembicEnvironment, ini: SourceFile): Draft[] {
  const { entries, problems } = readIni(ini);
  const location = iniEntry(entries, 'alembic', 'script_location');
  const module = localModule(backend, document, dirname(ini.path));
  if (!location || !module || problems.length > 0) return [];
  if (iniEntry(entries, 'alembic', 'prepend_sys_path') || document.text.includes('sys.path')) return [];
  if (isOnPath(backend)) return [];
  const end = location.valueRange.end;
  return [
    {
      subject: 'prepend_sys_path',
      at: { file: ini.path, ...location.valueRange },
      message: `env.py imports ${module}, which the alembic command does not find: alembic.ini has no prepend_sys_path.`,
      edits: [{ file: ini.path, start: end, end, text: `${lineEnding(ini.text)}prepend_sys_path = .` }],
    },
  ];
}

/** The first module of the project that env.py imports by its full name from the folder of alembic.ini. */
function localModule(backend: Backend, document: PythonDocument, folder: string): string | undefined {
  return document.topBindings
    .flatMap(({ module, guards }) =>
      module && guards.length === 0 && !module.startsWith('.') ? [module] : [],
    )
    .find((module) => {
      const first = join(folder, module.split('.')[0] ?? '');
      const beside = backend.workspace.has(`${first}.py`) || backend.modules.isFolder(first);
      return beside && backend.modules.resolve(document.path, module).kind === 'project';
    });
}

/** An installed package, a PYTHONPATH, or `python -m alembic`, which looks where it is started. */
function isOnPath(backend: Backend): boolean {
  const { workspace, facts } = backend;
  const installed = [...facts.manifests, join(facts.root, 'setup.py')].some((file) =>
    /setup\.(py|cfg)$/.test(file)
      ? workspace.has(file)
      : /^\[build-system\]/m.test(workspace.read(file)?.text ?? ''),
  );
  const mentioned = workspace
    .files()
    .filter((file) =>
      /\.(sh|md|toml|ya?ml|env|ini|bat|ps1)$|(^|\/)(Makefile|Dockerfile[^/]*|Procfile|justfile|\.env[^/]*)$/.test(
        file,
      ),
    )
    .some((file) => /PYTHONPATH|python3? -m alembic/.test(workspace.read(file)?.text ?? ''));
  return installed || mentioned;
}

/** alembic.ini has no address, or still the one of the template, and env.py sets none. */
function address(backend: Backend, environment: AlembicEnvironment, ini: SourceFile): Draft[] {
  const { document, engine, given } = environment;
  const entry = iniEntry(readIni(ini).entries, 'alembic', 'sqlalchemy.url');
  const missing = entry === undefined || entry.value === '' || entry.value.startsWith('driver://');
  if (!missing || !engine || given.length > 0 || setsAddress(document, engine.call)) return [];
  if (isRunOtherwise(backend, ini)) return [];
  const base = {
    subject: 'sqlalchemy.url',
    at: entry ? { file: ini.path, ...entry.valueRange } : document.place(engine.call),
    message: entry
      ? 'alembic.ini still has the address of the template.'
      : 'alembic.ini has no sqlalchemy.url, and env.py sets none.',
  };
  const edits = fromApplication(backend, document);
  return [
    edits
      ? { ...base, edits, safety: { unsafe: 'alembic works on the database of the application from now on' } }
      : {
          ...base,
          safety: 'report',
          next: `Set it in ${document.path}: config.set_main_option("sqlalchemy.url", …).`,
        },
  ];
}

/** True where env.py writes the option, or hands the engine an address itself. The offline half of the template only reads it. */
function setsAddress(document: PythonDocument, call: Node): boolean {
  const written = descendants(document.root, 'string').filter((node) => {
    const method = enclosing(node, 'call')
      ?.childForFieldName('function')
      ?.childForFieldName('attribute')?.text;
    return plainString(node) === 'sqlalchemy.url' && method !== 'get_main_option';
  });
  return written.length > 0 || keyword(call, 'url') !== undefined;
}

/** True where the program runs the migrations itself: it sets the address, or gives alembic a connection, without env.py. */
function isRunOtherwise(backend: Backend, ini: SourceFile): boolean {
  const environments = new Set(alembicEnvironments(backend).map(({ document }) => document.path));
  return backend.sources
    .filter(({ path, text }) => !environments.has(path) && text.includes('alembic'))
    .some((document) =>
      document.calls.some((call) => setsAddressOf(document, call, ini) || runsMigrations(document, call)),
    );
}

/** `config.set_main_option("sqlalchemy.url", …)` on a configuration that may be read from this file. */
function setsAddressOf(document: PythonDocument, call: Node, ini: SourceFile): boolean {
  const callee = call.childForFieldName('function');
  const object = callee?.childForFieldName('object');
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  if (!object || !/^set_(main|section)_option$/.test(method)) return false;
  if (!positional(call).some((argument) => plainString(argument) === 'sqlalchemy.url')) return false;
  const made = valueFor(document, object);
  const file = made?.node.type === 'call' ? positional(made.node)[0] : undefined;
  const path = file && plainString(file)?.replace(/^(\.?\/)+/, '');
  return path === undefined || `/${ini.path}`.endsWith(`/${path}`);
}

/** `MigrationContext.configure(connection)`, and what it makes runs the migrations: env.py is not run at all. */
function runsMigrations(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  const name = (callee && document.externalName(callee)) ?? '';
  return (
    /^alembic(\.runtime)?\.migration\.MigrationContext\.configure$/.test(name) &&
    document.attributesNamed('run_migrations').length > 0
  );
}

/** `config.set_main_option("sqlalchemy.url", …)` behind `config = context.config`, with what the one engine of the application takes. */
function fromApplication(backend: Backend, document: PythonDocument): Edit[] | undefined {
  const [only, other] = engineAddresses(backend).filter(
    ({ engine }) => !isTest(engine.document.path) && engine.document.path !== document.path,
  );
  const config = document.scopes.module.bindings.get('config');
  const expression = only && !other ? expressionOf(backend, only) : undefined;
  const at = config?.length === 1 ? config[0]?.statement : undefined;
  if (!expression || !at || document.externalName(config?.[0]?.value ?? at) !== 'alembic.context.config')
    return undefined;
  if (document.scopes.module.bindings.has(expression.name)) return undefined;
  const line = `config.set_main_option("sqlalchemy.url", ${expression.text}.replace("%", "%%"))`;
  const end = at.endIndex;
  return [
    ...addImportLines(document, [expression.line]),
    { file: document.path, start: end, end, text: `${lineEnding(document.text)}${line}` },
  ];
}

/** `settings.database_url` with the import of `settings`, or the variable itself. */
function expressionOf(
  backend: Backend,
  { engine, sources }: EngineAddress,
): { text: string; name: string; line: string } | undefined {
  const { url, document } = engine;
  const [variable] = sources.variables;
  if (!url || sources.unknown.length > 0) return undefined;
  if (url.type === 'attribute' && isText(document, url)) {
    const root = firstName(url);
    const origin = root && document.origin(root);
    if (!root || origin?.kind !== 'local' || origin.binding.scope.kind !== 'module') return undefined;
    const module = backend.modules.moduleName(origin.document.path);
    return module
      ? { text: url.text, name: root.text, line: `from ${module} import ${origin.binding.name}` }
      : undefined;
  }
  if (!variable || sources.alterations.length > 0 || sources.literals.length > 0) return undefined;
  return { text: `os.environ["${variable.name}"]`, name: 'os', line: 'import os' };
}

function firstName(node: Node): Node | undefined {
  const [object] = children(node);
  if (node.type === 'identifier') return node;
  return node.type === 'attribute' && object ? firstName(object) : undefined;
}
