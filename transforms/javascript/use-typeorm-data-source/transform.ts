import { posix } from 'node:path';
import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import {
  freeName,
  hasImports,
  importsOf,
  insertBehindImports,
  isNativeModule,
} from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isPlainObject,
  type Node,
  nameOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { madeBy, originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'The data source must be initialised before the first use of what is taken from it.',
};

const find: Find = ({ script, version }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=0.3')) return [];
  const ofCalls = script.calls.flatMap((call): Found[] => {
    const name = /^typeorm\.(\w+)$/.exec(originOf(script, call.callee as Node) ?? '')?.[1] ?? '';
    if (Object.hasOwn(GLOBALS, name)) return ofGlobal(script, call, name, typeorm);
    if (name === 'createConnection' && typeorm.is('>=1')) return [ofCreate(script, call, typeorm)];
    const next = typeorm.is('>=1') ? GONE[name] : undefined;
    return next ? [{ subject: name, at: call, message: gone(typeorm, name), safety: 'report', next }] : [];
  });
  return typeorm.is('>=1') ? [...unusedImports(script, typeorm), ...ofCalls] : ofCalls;
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
  packages: ['typeorm'],
  literals: [
    'getRepository',
    'getManager',
    'getConnection',
    'createConnection',
    'getCustomRepository',
    'EntityRepository',
    'getTreeRepository',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--typeorm=1.1.1` gives the installed version. It looks at one file alone. */
export default rewriteWith(find, UNSAFE);

/** What stands in for a global function, behind the data source. */
const GLOBALS: Record<string, string> = {
  getRepository: '.getRepository',
  getTreeRepository: '.getTreeRepository',
  getMongoRepository: '.getMongoRepository',
  getManager: '.manager',
  getConnection: '',
};

const GONE: Record<string, string> = {
  createConnections: 'Make a DataSource for each and initialise it.',
  getCustomRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  EntityRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  getConnectionManager: 'Keep your DataSource objects yourself.',
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
  const [source, another] = sources;
  const usesName =
    name === 'getRepository' || name === 'getTreeRepository' || name === 'getMongoRepository'
      ? given.length > 1
      : given.length > 0;
  const local =
    source &&
    (source.script.path === script.path
      ? source.name
      : (importedName(script, source) ?? freeName(script, source.name)));
  if (!source || another || usesName || local === undefined)
    return [
      {
        subject: name,
        at: call,
        message,
        safety: 'report',
        next: `Write dataSource${GLOBALS[name]}, of the DataSource that you initialise.`,
      },
    ];
  return [
    {
      subject: name,
      at: call,
      message,
      repair: (j) => {
        if (source.script.path !== script.path && importedName(script, source) === undefined)
          importSource(script, j, source);
        const text = `${local}${GLOBALS[name]}`;
        const [entity] = given;
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

/** `createConnection({ … })` → `new DataSource({ … }).initialize()`. */
function ofCreate(script: Script, call: Call, typeorm: PackageVersion): Found {
  const [options, more] = argumentsOf(call);
  const found = { subject: 'createConnection', at: call, message: gone(typeorm, 'createConnection') };
  const callee = call.callee as Node;
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const specifier = binding?.declaration;
  if (
    !options ||
    more ||
    !isPlainObject(unwrap(options)) ||
    specifier?.type !== 'ImportSpecifier' ||
    binding?.references.length !== 1
  )
    return {
      ...found,
      safety: 'report',
      next: 'Write new DataSource(options).initialize(), and export the data source.',
    };
  const has = script.all('ImportSpecifier').some((one) => nameOf(one.imported as Node) === 'DataSource');
  return {
    ...found,
    repair: (j) => {
      if (has) remove(script, specifier);
      else replace(script, specifier, j.importSpecifier(j.identifier('DataSource')) as Node);
      const made = expressionOf(j, ['new DataSource(', ').initialize()'], [options]);
      replace(script, call, made);
    },
  };
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

interface Source {
  script: Script;
  name: string;
  /** How another module gets it. */
  as: 'named' | 'default';
}

/** The data sources of the backend that a module exports, or that the file itself has. */
function dataSources(script: Script): Source[] {
  const scripts = [
    script,
    ...(script.modules?.mentioning('DataSource') ?? []).filter(({ path }) => path !== script.path),
  ];
  return scripts.flatMap((one) =>
    one.all('NewExpression').flatMap((made): Source[] => {
      if (originOf(one, made.callee as Node) !== 'typeorm.DataSource') return [];
      const declarator = one.parentOf(made);
      const id = declarator?.type === 'VariableDeclarator' ? (declarator.id as Node) : undefined;
      if (id?.type !== 'Identifier' || one.functionAround(made)) return [];
      const exported =
        one.above(made, ({ type }) => type === 'ExportNamedDeclaration') || isExportedLater(one, id.name);
      if (exported || one === script) return [{ script: one, name: id.name, as: 'named' }];
      return isDefault(one, id.name) ? [{ script: one, name: id.name, as: 'default' }] : [];
    }),
  );
}

function isExportedLater(script: Script, name: string): boolean {
  return script
    .all('ExportSpecifier')
    .some((one) => nameOf(one.exported as Node) === name && nameOf(one.local as Node) === name);
}

function isDefault(script: Script, name: string): boolean {
  return script.all('ExportDefaultDeclaration').some((one) => nameOf(one.declaration as Node) === name);
}

/** The name by which a file has the data source already. */
function importedName(script: Script, source: Source): string | undefined {
  const names = script.all('Identifier').filter((one) => script.bindingOf(one)?.kind === 'import');
  return names.find((one) => {
    const made = madeBy(script, one);
    return made?.origin === 'typeorm.DataSource' && made.script.path === source.script.path;
  })?.name;
}

function importSource(script: Script, j: JSCodeshift, { script: other, name, as }: Source): void {
  const relative = posix.relative(posix.dirname(script.path), other.path);
  const bare = relative.replace(/\.[cm]?tsx?$|\.[cm]?jsx?$/, '');
  const extension = isNativeModule(script) ? (/\.([cm]?)[jt]sx?$/.exec(relative)?.[1] ?? '') : undefined;
  const path = `${bare.startsWith('.') ? '' : './'}${bare}${extension === undefined ? '' : `.${extension}js`}`;
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
