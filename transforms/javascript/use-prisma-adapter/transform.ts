import type { JSCodeshift } from 'jscodeshift';
import { addPackage } from '../../../src/backend/javascript/package-edits.ts';
import {
  datasourceOf,
  expressionFor,
  generatedFolder,
  wantsEnvironment,
} from '../../../src/backend/javascript/prisma.ts';
import {
  detectWith,
  type Find,
  type Found,
  type Look,
  rewriteWith,
} from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, objectOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { freeName, hasImports, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import { importedAs } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  isPlainObject,
  keyOf,
  methodCall,
  type Node,
  propertiesOf,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';
import { oldAdapterNames, SQLITE } from './adapter-class.ts';

const UNSAFE = {
  unsafe: 'The adapter has a pool and TLS settings of its own, which differ from those of the engine before.',
};

const find: Find = (look) => {
  const { script, version } = look;
  const prisma = version('@prisma/client') ?? version('prisma');
  if (!prisma?.is('>=7')) return [];
  const made = script.all('NewExpression').filter((one) => isClient(script, one.callee as Node));
  return [
    ...oldAdapterNames(script, version(SQLITE)),
    ...made.flatMap((one): Found[] => elsewhere(look, one, prisma)),
    ...made.flatMap((one): Found[] =>
      hasAdapter(one)
        ? []
        : [
            {
              subject: 'PrismaClient',
              at: one,
              message: `${prisma.text} makes no client without a driver adapter.`,
              ...repairFor(look, one),
            },
          ],
    ),
    ...script.calls.flatMap((call): Found[] => {
      const used = methodCall(call);
      const value = used?.method === '$use' ? valueBehind(script, used.receiver) : undefined;
      const isOne =
        value &&
        'node' in value &&
        value.node.type === 'NewExpression' &&
        isClient(value.script, value.node.callee as Node);
      return isOne
        ? [
            {
              subject: '$use',
              at: call,
              message: `${prisma.text} has no $use().`,
              safety: 'report',
              next: 'Write it as prisma.$extends({ query: { … } }).',
            },
          ]
        : [];
    }),
  ];
};

export const transform = {
  title: 'Give PrismaClient a driver adapter',
  why: 'Prisma 7 has no engine of its own: new PrismaClient() throws where it is given no adapter, or datasources.',
  safety: UNSAFE,
  docs: 'https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7',
  catalogue: ['js-prisma7-adapter'],
  fixes: [
    /A driver adapter is required to connect to your database/,
    /Unknown property (datasources|datasourceUrl) provided to PrismaClient constructor/,
  ],
  packages: ['@prisma/client', 'prisma'],
  literals: ['PrismaClient', 'PrismaBetterSQLite3'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`; `--provider=mysql` where it is not PostgreSQL. */
export default rewriteWith(find, UNSAFE);

interface Adapter {
  package: string;
  name: string;
  /** The option that takes the address; undefined where the address is the argument itself. */
  option: string | undefined;
}

const ADAPTERS: Record<string, Adapter> = {
  postgresql: { package: '@prisma/adapter-pg', name: 'PrismaPg', option: 'connectionString' },
  postgres: { package: '@prisma/adapter-pg', name: 'PrismaPg', option: 'connectionString' },
  mysql: { package: '@prisma/adapter-mariadb', name: 'PrismaMariaDb', option: undefined },
  sqlite: { package: SQLITE, name: 'PrismaBetterSqlite3', option: 'url' },
};

/** The class of the package, where the schema has its client generated into a folder of the backend. */
function elsewhere({ script, backend }: Look, made: Node, prisma: PackageVersion): Found[] {
  const folder = backend && generatedFolder(backend);
  const callee = (made as unknown as { callee: Node }).callee;
  if (folder === undefined || originOf(script, callee) !== '@prisma/client.PrismaClient') return [];
  return [
    {
      subject: 'import of PrismaClient',
      at: callee,
      message: `${prisma.text} generates the client into ${folder}, and @prisma/client has none.`,
      safety: 'report',
      next: `Import PrismaClient from ${folder}/client.`,
    },
  ];
}

/** The class of the package, or of the folder that the client is generated into. */
function isClient(script: Script, callee: Node): boolean {
  if (originOf(script, callee) === '@prisma/client.PrismaClient') return true;
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const imported = binding?.kind === 'import' ? importedAs(script, binding.declaration) : undefined;
  return (
    imported?.name === 'PrismaClient' &&
    /(generated|prisma)\b.*|\/client$/.test(imported.module) &&
    /^[.@#]/.test(imported.module)
  );
}

function hasAdapter(made: Node): boolean {
  const [options] = argumentsOf(made);
  if (!options) return false;
  const object = unwrap(options);
  return (
    !isPlainObject(object) ||
    object.properties.some(
      (one) => one.type === 'ObjectProperty' && /^(adapter|accelerateUrl)$/.test(keyOf(one) ?? ''),
    )
  );
}

function repairFor({ script, backend, version }: Look, made: Node): Partial<Found> {
  const datasource = backend && datasourceOf(backend);
  const adapter = ADAPTERS[datasource?.provider ?? (backend ? '' : 'postgresql')];
  const [options] = argumentsOf(made);
  const object = options && unwrap(options);
  const given = addressIn(object);
  const fromSchema =
    backend && datasource?.field('url')
      ? expressionFor(backend, datasource, 'url')
      : 'process.env.DATABASE_URL';
  const address = given ?? fromSchema;
  const there = adapter !== undefined && isImported(script, adapter);
  const free = adapter !== undefined && (there || freeName(script, adapter.name) !== undefined);
  if (!adapter || given === 'unclear' || !address || !free)
    return {
      safety: 'report',
      next: 'Write new PrismaClient({ adapter }), with the adapter of your database.',
    };
  const environment = backend !== undefined && !given && wantsEnvironment(backend, address as string);
  const packages = [
    ...(version(adapter.package) === undefined ? [`${adapter.package}@^7.0.0`] : []),
    ...(environment && !backend.requires('dotenv') ? ['dotenv@^17.0.0'] : []),
  ];
  const added = backend ? packages.flatMap((text) => addPackage(backend, text) ?? []) : [];
  return {
    ...(added.length > 0 && { edits: added }),
    repair: (j) => {
      const value = typeof address === 'string' ? expressionOf(j, [address]) : address;
      giveAdapter(script, j, made, object, adapter, value);
      const { name } = adapter;
      const modules = hasImports(script);
      const text = modules
        ? `import { ${name} } from '${adapter.package}';`
        : `const { ${name} } = require('${adapter.package}');`;
      if (!there) insertBehindImports(script, statementOf(j, [text]));
      // Before all others, since an import runs in their order.
      if (environment)
        (script.program as unknown as { body: Node[] }).body.unshift(
          statementOf(j, [modules ? "import 'dotenv/config';" : "require('dotenv/config');"]),
        );
    },
  };
}

/** True where the file has the adapter's class by its own name, as for another client in it. */
function isImported(script: Script, { name, package: from }: Adapter): boolean {
  return script
    .all('Identifier')
    .some((one) => one.name === name && originOf(script, one as Node) === `${from}.${name}`);
}

function giveAdapter(
  script: Script,
  j: JSCodeshift,
  made: Node,
  object: Node | undefined,
  adapter: Adapter,
  address: Node,
): void {
  const argument = adapter.option ? objectOf(j, [[adapter.option, address]]) : address;
  const instance = expressionOf(j, [`new ${adapter.name}(`, ')'], [argument]);
  for (const name of ['datasources', 'datasourceUrl']) {
    const old = propertyOf(object, name);
    if (old) remove(script, old);
  }
  const others = simpleEntries(object);
  if (others && others.length > 0 && isOnOneLine(object))
    (made as unknown as { arguments: Node[] }).arguments = [objectOf(j, [['adapter', instance], ...others])];
  else if (isPlainObject(object) && object.properties.length > 0)
    object.properties.unshift(j.objectProperty(j.identifier('adapter'), instance as never));
  else (made as unknown as { arguments: Node[] }).arguments = [objectOf(j, [['adapter', instance]])];
}

/** The options as names and values; undefined where one is a method or has a name in quotes. */
function simpleEntries(object: Node | undefined): [string, Node][] | undefined {
  if (!isPlainObject(object)) return undefined;
  const simple = object.properties.every(
    (one) => one.type === 'ObjectProperty' && !one.shorthand && one.key.type === 'Identifier',
  );
  return simple ? propertiesOf(object).map((one) => [keyOf(one) ?? '', one.value as Node]) : undefined;
}

function isOnOneLine(object: Node | undefined): boolean {
  const { loc } = (object ?? {}) as { loc?: { start: { line: number }; end: { line: number } } | null };
  return loc != null && loc.start.line === loc.end.line;
}

/** The address that `datasourceUrl` or `datasources: { db: { url } }` gave. */
function addressIn(object: Node | undefined): Node | 'unclear' | undefined {
  const direct = propertyOf(object, 'datasourceUrl');
  if (direct) return direct.value as Node;
  const datasources = propertyOf(object, 'datasources');
  if (!datasources) return undefined;
  const db = propertyOf(unwrap(datasources.value as Node), 'db');
  const url = db && propertyOf(unwrap(db.value as Node), 'url');
  return url ? (url.value as Node) : 'unclear';
}
