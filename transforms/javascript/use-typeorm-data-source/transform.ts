import { posix } from 'node:path';
import type { JSCodeshift } from 'jscodeshift';
import {
  connectionName,
  dataSources,
  functionOf,
  GLOBALS,
  optionsOf,
  type Source,
  specifierOf,
} from '../../../src/backend/javascript/data-sources.ts';
import {
  detectWith,
  type Find,
  type Found,
  type Look,
  rewriteWith,
} from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { exportsOf } from '../../../src/languages/javascript/exports.ts';
import { importPath } from '../../../src/languages/javascript/import-path.ts';
import {
  dropImportsOf,
  freeName,
  hasImports,
  importsOf,
  insertBehindImports,
  isNativeModule,
} from '../../../src/languages/javascript/imports.ts';
import { localModule } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  type Call,
  endOf,
  isCall,
  isFunction,
  isMember,
  isPlainObject,
  type Node,
  nameOf,
  propertyName,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import {
  declaredAnnotation,
  declaredType,
  madeBy,
  originOf,
  valueBehind,
} from '../../../src/languages/javascript/trace.ts';
import { usesOfName } from '../../../src/languages/javascript/uses.ts';
import { readJsonc } from '../../../src/settings/jsonc.ts';
import type { Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';
import { importDataSource, makeSource } from './make-source.ts';

const UNSAFE = {
  unsafe: 'The data source must be initialised before the first use of what is taken from it.',
};

const find: Find = ({ script, version, backend }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=0.3')) return [];
  const ofCalls = script.calls.flatMap((call): Found[] => {
    if (isWithoutOptions(script, call) && typeorm.is('>=1'))
      return [withoutOptions(script, call, typeorm, backend)];
    const name = functionOf(script, call);
    if (Object.hasOwn(GLOBALS, name)) return ofGlobal(script, call, name, typeorm);
    if (name === 'createConnection' && typeorm.is('>=1')) return [ofCreate(script, call, typeorm)];
    if (name === 'getConnectionManager' && typeorm.is('>=1')) return [ofManager(script, call, typeorm)];
    const made =
      name === 'EntityRepository' && typeorm.is('>=1') ? plainClass(script, call, typeorm) : undefined;
    if (made) return [made];
    const next = typeorm.is('>=1') ? GONE[name] : undefined;
    return next ? [{ subject: name, at: call, message: gone(typeorm, name), safety: 'report', next }] : [];
  });
  return typeorm.is('>=1')
    ? [...unusedImports(script, typeorm), ...emptyRepositories(script, typeorm), ...ofCalls]
    : ofCalls;
};

export const transform = {
  title: 'Take repositories from the data source',
  why: 'The global functions know no connection where a DataSource is used, and TypeORM 1.0 has none of them.',
  safety: UNSAFE,
  docs: 'https://typeorm.io/docs/releases/1.0/upgrading-from-0.3/',
  catalogue: ['js-typeorm1-removed-api', 'js-typeorm-no-connection'],
  fixes: [
    /ConnectionNotFoundError: Connection "default" was not found/,
    /\b(createConnection|getConnection|getRepository|getManager|getCustomRepository|EntityRepository)\)? is not a function/,
  ],
  packages: ['typeorm', '@nestjs/typeorm'],
  literals: [
    'getRepository',
    'getManager',
    'getConnection',
    'createConnection',
    'getCustomRepository',
    'EntityRepository',
    'getTreeRepository',
    'forRoot',
    'new Repository',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--typeorm=1.1.1` gives the installed version. It looks at one file alone. */
export default rewriteWith(find, UNSAFE);

const KEEP = 'Keep your DataSource objects yourself.';

const GONE: Record<string, string> = {
  getConnectionManager: KEEP,
  createConnections: 'Make a DataSource for each and initialise it.',
  getCustomRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  EntityRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  getConnectionOptions: 'Write the options where the DataSource is made.',
};

function gone(typeorm: PackageVersion, name: string): string {
  return `${typeorm.text} has no ${name}().`;
}

function ofGlobal(script: Script, call: Call, name: string, typeorm: PackageVersion): Found[] {
  const sources = dataSources(script);
  const given = argumentsOf(call);
  // In 0.3 the functions work where createConnection() made the connection.
  if (typeorm.is('<1') && sources.length === 0) return [];
  const message = typeorm.is('>=1')
    ? gone(typeorm, name)
    : `${name}() of ${typeorm.text} does not know the DataSource of this backend.`;
  const takes = /Repository$/.test(name) ? 1 : 0;
  const own =
    name === 'getRepository' && given.length === 1 ? ownRepository(script, call, given[0]) : undefined;
  if (own !== undefined && typeorm.is('>=1'))
    return [
      {
        subject: name,
        at: call,
        message,
        repair: (j) => {
          replace(script, call, expressionOf(j, [`this.${own}`]));
          dropImport(script, call);
        },
      },
    ];
  const local = onlyRunner(script, call, name) ?? onlySource(script, sources, given[takes]);
  const found = { subject: name, at: call, message };
  if (!local || given.length > takes + 1)
    return [
      {
        ...found,
        safety: 'report',
        next: `Write dataSource${GLOBALS[name]}, of the DataSource that you initialise.`,
      },
    ];
  return [
    {
      ...found,
      repair: (j) => {
        const text = `${local.name}${GLOBALS[name]}`;
        const [entity] = given.slice(0, takes);
        local.import(j);
        replace(
          script,
          call,
          entity ? expressionOf(j, [`${text}(`, ')'], [entity]) : expressionOf(j, [text]),
        );
        dropImport(script, call);
      },
    },
  ];
}

/** `new Repository<User>()` → `new Repository<User>(User, dataSource.manager)`: its constructor takes both since 0.3. */
function emptyRepositories(script: Script, typeorm: PackageVersion): Found[] {
  return script.all('NewExpression').flatMap((made): Found[] => {
    const { typeParameters } = made as unknown as { typeParameters?: { params: Node[] } | null };
    const [type] = typeParameters?.params ?? [];
    const name = type?.type === 'TSTypeReference' ? (type.typeName as Node) : undefined;
    if (!name || argumentsOf(made).length > 0) return [];
    const entity = valueBehind(script, name);
    const isEntity = entity && 'node' in entity && /^Class/.test(entity.node.type);
    const local = onlySource(script, dataSources(script));
    if (!isEntity || !local || originOf(script, made.callee as Node) !== 'typeorm.Repository') return [];
    return [
      {
        subject: 'new Repository',
        at: made,
        message: `${typeorm.text} makes a repository of an entity and a manager: TypeScript refuses one without.`,
        repair: (j) => {
          local.import(j);
          const given = [expressionOf(j, [nameOf(name) ?? '']), expressionOf(j, [`${local.name}.manager`])];
          (made as unknown as { arguments: Node[] }).arguments = given;
        },
      },
    ];
  });
}

/** `getConnectionManager().get(name)` → the data source, where there is one only. */
function ofManager(script: Script, call: Call, typeorm: PackageVersion): Found {
  const found = { subject: 'getConnectionManager', at: call, message: gone(typeorm, 'getConnectionManager') };
  const member = script.parentOf(call);
  const get = member && script.parentOf(member);
  const isGet = isMember(member) && propertyName(member) === 'get' && isCall(get) && get.callee === member;
  const local = isGet ? onlySource(script, dataSources(script)) : undefined;
  if (!local || !isCall(get)) return { ...found, safety: 'report', next: KEEP };
  return {
    ...found,
    repair: (j) => {
      local.import(j);
      replace(script, get, expressionOf(j, [local.name]));
      dropImport(script, call);
    },
  };
}

/** The property of the class around a call that is declared as the repository of the same entity, as Nest hands it in. */
function ownRepository(script: Script, call: Call, entity: Node | undefined): string | undefined {
  const binding = entity?.type === 'Identifier' ? script.bindingOf(entity) : undefined;
  const method = script.above(call, (node) => isFunction(node) && node.type !== 'ArrowFunctionExpression');
  const body = method && script.parentOf(method);
  if (!binding || method?.type !== 'ClassMethod' || method.static || body?.type !== 'ClassBody')
    return undefined;
  if (method.kind === 'constructor') return undefined;
  const maker = (body.body as Node[]).find((one) => one.type === 'ClassMethod' && one.kind === 'constructor');
  const params = maker?.type === 'ClassMethod' ? (maker.params as Node[]) : [];
  const names = params.map((param) => {
    const { parameter } = param as unknown as { parameter?: Node };
    if (param.type !== 'TSParameterProperty' || parameter?.type !== 'Identifier') return undefined;
    const { typeParameters } = (declaredAnnotation(script, parameter) ?? {}) as {
      typeParameters?: { params: { typeName?: Node }[] };
    };
    const type = typeParameters?.params[0]?.typeName;
    const isIt =
      declaredType(script, parameter) === 'typeorm.Repository' && type && script.bindingOf(type) === binding;
    return isIt ? parameter.name : undefined;
  });
  return names.find((one) => one !== undefined);
}

/** `TypeOrmModule.forRoot()` of Nest, which left the options to TypeORM. */
function isWithoutOptions(script: Script, call: Call): boolean {
  const isBare = argumentsOf(call).length === 0;
  return isBare && originOf(script, call.callee as Node) === '@nestjs/typeorm.TypeOrmModule.forRoot';
}

/** `forRoot()` with the options of the ormconfig file that TypeORM had found by itself. */
function withoutOptions(
  script: Script,
  call: Call,
  typeorm: PackageVersion,
  backend: Look['backend'],
): Found {
  const found = {
    subject: 'forRoot',
    at: call,
    message: `${typeorm.text} reads no ormconfig file, and TypeOrmModule.forRoot() is given no options.`,
  };
  const config = backend && ormConfig(script, backend);
  if (!config) return { ...found, safety: 'report', next: 'Write the options into forRoot({ … }).' };
  const path = importPath(script, config.file);
  const own = freeName(script, 'ormconfig', 'ormConfig') ?? 'ormconfig';
  return {
    ...found,
    safety: {
      unsafe: `What ${config.file} holds is read when the module is loaded, and not where TypeORM was started.`,
    },
    repair: (j) => {
      const given = expressionOf(j, [config.imported ? own : `require('${path}')`]);
      (call as unknown as { arguments: Node[] }).arguments = [given];
    },
    ...(config.imported && { edits: [importBehindOthers(script, `import ${own} from '${path}';`)] }),
  };
}

/** As text: recast would put an empty line before an import that a class with decorators follows. */
function importBehindOthers(script: Script, text: string): Edit {
  const at = Math.max(0, ...script.all('ImportDeclaration').map(endOf));
  return { file: script.path, start: at, end: at, text: lineEnding(script.text) + text };
}

/** The ormconfig file beside a backend's package.json that holds the options of one connection. */
function ormConfig(
  script: Script,
  { workspace, facts }: NonNullable<Look['backend']>,
): { file: string; imported: boolean } | undefined {
  const at = (extension: string) => posix.join(facts.root, `ormconfig.${extension}`);
  const files = ['ts', 'js', 'json'].map(at).filter((path) => workspace.has(path));
  const [file, more] = files;
  if (file === undefined || more !== undefined || isNativeModule(script)) return undefined;
  if (file.endsWith('.json')) {
    const data = readJsonc(workspace.read(file)?.text ?? '');
    const isOne = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isOne ? { file, imported: false } : undefined;
  }
  const config = script.modules?.script(file);
  const { named, whole } = config ? exportsOf(config) : { named: () => undefined, whole: undefined };
  const options = whole ?? (named('default') as { node?: Node } | undefined)?.node;
  const value = config && options && valueBehind(config, options);
  if (!value || 'module' in value || value.node.type !== 'ObjectExpression') return undefined;
  const isDefault = whole === undefined;
  return file.endsWith('.js') === isDefault ? undefined : { file, imported: isDefault };
}

/** A class of its own instead of a repository of 0.2, where nobody uses anything of the repository. */
function plainClass(script: Script, call: Call, typeorm: PackageVersion): Found | undefined {
  const decorator = script.parentOf(call);
  const owner = decorator && script.parentOf(decorator);
  if (decorator?.type !== 'Decorator' || owner?.type !== 'ClassDeclaration' || !owner.id) return undefined;
  const { superClass, superTypeParameters } = owner as unknown as Record<string, Node | null | undefined>;
  const isRepository =
    superClass && /^typeorm\.(Abstract)?Repository$/.test(originOf(script, superClass) ?? '');
  const uses = isRepository && isItself(script, owner) ? usesOfName(script, owner.id as Node) : undefined;
  const isMade = uses?.every((use) => isMadeWithNothing(use.script, use.node));
  if (!superClass || !isMade) return undefined;
  return {
    subject: 'EntityRepository',
    at: call,
    message: `${gone(typeorm, 'EntityRepository')} ${owner.id.name} uses nothing of the repository that it extends.`,
    safety: { unsafe: 'Objects of the class have the methods of a repository no longer.' },
    repair: () => {
      for (const one of [decorator, superClass, superTypeParameters]) if (one) dropImportsOf(script, one);
      Object.assign(owner, { superClass: null, superTypeParameters: null });
      remove(script, decorator);
    },
  };
}

/** True where a class asks for nothing but what it declares itself. */
function isItself(script: Script, owner: Node): boolean {
  const { body } = (owner as unknown as { body: { body: Node[] } }).body;
  const own = new Set(body.map((one) => nameOf((one as { key?: Node }).key)));
  return script.within(owner).every((node) => {
    if (node.type === 'Super') return false;
    if (node.type !== 'ThisExpression') return true;
    const member = script.parentOf(node);
    return isMember(member) && own.has(propertyName(member));
  });
}

function isMadeWithNothing(script: Script, use: Node): boolean {
  const made = script.parentOf(use);
  return made?.type === 'NewExpression' && (made.callee as Node) === use && argumentsOf(made).length === 0;
}

/** In a migration, the query runner that it is handed: the data source that runs it need not be that of the server. */
function onlyRunner(script: Script, call: Call, name: string): ReturnType<typeof onlySource> {
  const around = script.above(call, (node) => runnerOf(script, node) !== undefined);
  const runner = around && runnerOf(script, around);
  if (runner === undefined || name === 'getConnection') return undefined;
  return { name: name === 'getManager' ? runner : `${runner}.manager`, import: () => undefined };
}

function runnerOf(script: Script, node: Node): string | undefined {
  const params = isFunction(node) ? (node.params as Node[]) : [];
  return params
    .map((one) => (declaredType(script, one) === 'typeorm.QueryRunner' ? nameOf(one) : undefined))
    .find(Boolean);
}

/** The one data source of the backend as the file can have it; undefined for several, and for a connection of another name. */
function onlySource(
  script: Script,
  [source, another]: Source[],
  connection?: Node,
  mayWait = true,
): { name: string; import(j: JSCodeshift): void } | undefined {
  if (!source || another) return undefined;
  if (connection && stringValue(connection) !== connectionName(source)) return undefined;
  const known = source.script.path === script.path ? source.name : importedName(script, source);
  const name = known ?? freeName(script, source.name);
  // What createConnection() becomes brings the import: two that add it to one list at a time would declare it twice.
  if (name === undefined || (known === undefined && mayWait && makesConnection(script))) return undefined;
  return { name, import: (j) => (known === undefined ? importSource(script, j, source) : undefined) };
}

/** `createConnection(…)`: the data source that there is, one that is declared for all, or `new DataSource({ … })` in its place. */
function ofCreate(script: Script, call: Call, typeorm: PackageVersion): Found {
  const [options, more] = argumentsOf(call);
  const found = { subject: 'createConnection', at: call, message: gone(typeorm, 'createConnection') };
  const imported = specifierOf(script, call);
  const source = sourceOf(script, call);
  if (source)
    return {
      ...found,
      repair: (j) => {
        source.import(j);
        replace(script, call, expressionOf(j, [`${source.name}.initialize()`]));
        dropImportsOf(script, call);
      },
    };
  const made = makeSource(script, call);
  if (made) return { ...found, ...made };
  if (!options || more || !isPlainObject(unwrap(options)) || imported?.uses !== 1)
    return {
      ...found,
      safety: 'report',
      next: 'Write new DataSource(options).initialize(), and export the data source.',
    };
  return {
    ...found,
    repair: (j) => {
      importDataSource(script, j, imported);
      const made = expressionOf(j, ['new DataSource(', ').initialize()'], [options]);
      replace(script, call, made);
    },
  };
}

/** The one data source, where it is made of the options that a connection would be made of. */
function sourceOf(script: Script, call: Call): ReturnType<typeof onlySource> {
  const sources = dataSources(script);
  const [source] = sources;
  const options = optionsOf(script, call);
  const same = source && optionsOf(source.script, source.made);
  const isSame = same && options && 'node' in same && 'node' in options && same.node === options.node;
  return isSame ? onlySource(script, sources, undefined, false) : undefined;
}

function makesConnection(script: Script): boolean {
  return script.calls.some(
    (call) => functionOf(script, call) === 'createConnection' && sourceOf(script, call) !== undefined,
  );
}

/**
 * Imports of what TypeORM 1.0 has no longer, where nothing uses the name: what is left when several calls of one file are repaired.
 * An ES module that imports them fails when it is loaded, and TypeScript refuses them.
 */
function unusedImports(script: Script, typeorm: PackageVersion): Found[] {
  return importsOf(script, 'typeorm').flatMap((declaration): Found[] => {
    const all = (declaration.specifiers ?? []) as Node[];
    const unused = all.filter((one) => isGone(one) && isUnused(script, one));
    const [first] = unused;
    if (!first) return [];
    const names = unused.map((one) => importedNameOf(one)).join(', ');
    return [
      {
        subject: `import of ${names}`,
        at: first,
        message: `${typeorm.text} does not export ${names}, and nothing here uses it.`,
        safety: 'safe',
        repair: () => {
          const gone = unused.length === all.length ? [declaration as Node] : unused;
          for (const one of gone) remove(script, one);
        },
      },
    ];
  });
}

function isGone(specifier: Node): boolean {
  const name = importedNameOf(specifier);
  return name === 'createConnection' || Object.hasOwn(GLOBALS, name) || Object.hasOwn(GONE, name);
}

function importedNameOf(specifier: Node): string {
  return specifier.type === 'ImportSpecifier' ? (nameOf(specifier.imported as Node) ?? '') : '';
}

function isUnused(script: Script, specifier: Node): boolean {
  const local = (specifier as unknown as { local?: Node }).local;
  return local !== undefined && script.bindingOf(local)?.references.length === 0;
}

/** The name by which a file has the data source already. */
function importedName(script: Script, source: Source): string | undefined {
  const names = script.all('Identifier').filter((one) => {
    const binding = script.bindingOf(one);
    return binding && binding.kind !== 'param' && !script.functionAround(binding.identifier);
  });
  return names.find((one) => {
    const made = madeBy(script, one);
    return made?.origin === 'typeorm.DataSource' && made.script.path === source.script.path;
  })?.name;
}

function importSource(script: Script, j: JSCodeshift, { script: other, name, as }: Source): void {
  const own = script.all('ImportDeclaration').find(({ source, importKind, specifiers = [] }) => {
    const isNamed = specifiers.every(({ type }) => type === 'ImportSpecifier');
    return importKind !== 'type' && isNamed && localModule(script, nameOf(source as Node) ?? '') === other;
  });
  if (own && as === 'named') {
    own.specifiers = [...(own.specifiers ?? []), j.importSpecifier(j.identifier(name))];
    return;
  }
  const path = importPath(script, other.path);
  const names = as === 'named' ? `{ ${name} }` : name;
  const text = hasImports(script)
    ? `import ${names} from '${path}';`
    : `const ${names} = require('${path}');`;
  insertBehindImports(script, statementOf(j, [text]));
}

/** Takes the import of a global function away with its last use. */
function dropImport(script: Script, call: Call): void {
  const callee = call.callee as Node;
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const specifier = binding?.declaration;
  if (specifier?.type !== 'ImportSpecifier' || binding?.references.length !== 1) return;
  const declaration = script.parentOf(specifier) as Node & { specifiers?: Node[] };
  remove(script, declaration.specifiers?.length === 1 ? declaration : specifier);
}
