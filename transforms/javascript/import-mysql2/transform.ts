import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { requiresOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  isFunction,
  methodCall,
  type Node,
  type NodeOf,
  nameOf,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy, originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'mysql2 has the same calls, but acquireTimeout, typeCast, clusters and some column types differ.',
};

const find: Find = ({ script, version }) => {
  const mysql = version('mysql');
  const mysql2 = version('mysql2');
  const typeorm = version('typeorm');
  if (!mysql && !mysql2) return [];
  const needs = mysql2 ? {} : { needs: ['package:mysql2'] };
  return [
    ...imports(script, mysql?.text ?? 'mysql', needs),
    ...queries(script, needs),
    ...connectors(script, typeorm, needs),
  ];
};

/** Types that mysql2 has by another name. */
const TYPES: Record<string, string> = {
  MysqlError: 'QueryError',
  FieldInfo: 'FieldPacket',
  PoolConfig: 'PoolOptions',
  ConnectionConfig: 'ConnectionOptions',
};

function imports(script: Script, installed: string, needs: Pick<Found, 'needs'>): Found[] {
  const declarations = script
    .all('ImportDeclaration')
    .filter(({ source }) => nameOf(source as Node) === 'mysql');
  const sources = [
    ...declarations.map(({ source }) => source as Node),
    ...requiresOf(script, 'mysql').flatMap((call) => argumentsOf(call)),
  ];
  const [first] = sources;
  if (!first) return [];
  return [
    {
      subject: 'mysql',
      at: first,
      message: `${installed} cannot log in to MySQL 8 with its default, caching_sha2_password; mysql2 can.`,
      ...needs,
      repair: (j) => {
        for (const one of typeNames(script, declarations)) one.name = TYPES[one.name] ?? one.name;
        for (const one of sources) replace(script, one, j.stringLiteral('mysql2') as Node);
      },
    },
  ];
}

/** The names of types that are another in mysql2: imported ones with their uses, and `mysql.MysqlError`. */
function typeNames(script: Script, declarations: NodeOf<'ImportDeclaration'>[]): NodeOf<'Identifier'>[] {
  const specifiers = declarations.flatMap(({ specifiers }) => (specifiers ?? []) as Node[]);
  const named = specifiers.flatMap((one): Node[] => {
    if (one.type !== 'ImportSpecifier' || !isOldType(one.imported as Node)) return [];
    const binding = script.bindingOf((one.local ?? one.imported) as Node);
    const isAlias = binding?.name !== nameOf(one.imported as Node);
    return [
      one.imported as Node,
      ...(binding && !isAlias ? [binding.identifier, ...binding.references] : []),
    ];
  });
  const whole = new Set(specifiers.filter(({ type }) => type !== 'ImportSpecifier'));
  const qualified = script
    .all('TSQualifiedName')
    .filter(
      ({ left, right }) =>
        isOldType(right as Node) && whole.has(script.bindingOf(left as Node)?.declaration as Node),
    )
    .map(({ right }) => right as Node);
  return [...named, ...qualified].filter((one): one is NodeOf<'Identifier'> => one.type === 'Identifier');
}

function isOldType(node: Node): boolean {
  return node.type === 'Identifier' && Object.hasOwn(TYPES, node.name);
}

/** What a query gives was `any` in the types of mysql; mysql2 wants it said, or reads none of its columns. */
function queries(script: Script, needs: Pick<Found, 'needs'>): Found[] {
  if (!/\.[cm]?tsx?$/.test(script.path)) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    const callback = argumentsOf(call).at(-1);
    if (used?.method !== 'query' || !isFunction(callback) || callback.params.length < 2) return [];
    if (typeArgumentsOf(call) || !isConnection(script, used.receiver)) return [];
    return [
      {
        subject: 'query',
        at: call,
        message: 'The rows of a query are any for mysql; mysql2 declares a union that has no columns.',
        ...needs,
        repair: (j) =>
          Object.assign(call, { typeParameters: j.tsTypeParameterInstantiation([j.tsAnyKeyword()]) }),
      },
    ];
  });
}

/** `new DataSource({ connectorPackage })`, which said which of the two TypeORM loads. */
function connectors(
  script: Script,
  typeorm: PackageVersion | undefined,
  needs: Pick<Found, 'needs'>,
): Found[] {
  if (!typeorm?.is('>=1')) return [];
  return script.all('NewExpression').flatMap((made): Found[] => {
    const [options] = argumentsOf(made);
    const option = options && propertyOf(unwrap(options), 'connectorPackage');
    if (!option || originOf(script, made.callee as Node) !== 'typeorm.DataSource') return [];
    return [
      {
        subject: 'connectorPackage',
        at: option,
        message: `${typeorm.text} loads mysql2 only, and has no option connectorPackage.`,
        safety: 'safe',
        ...needs,
        repair: () => remove(script, option),
      },
    ];
  });
}

function typeArgumentsOf(call: Node): unknown {
  const { typeParameters, typeArguments } = call as { typeParameters?: unknown; typeArguments?: unknown };
  return typeParameters ?? typeArguments;
}

/** A pool or a connection of mysql, also the one that `getConnection` hands over. */
function isConnection(script: Script, node: Node): boolean {
  if (/^mysql\.create(Pool|Connection)$/.test(madeBy(script, node)?.origin ?? '')) return true;
  if (/^mysql\.(Pool|Connection|PoolConnection)$/.test(declaredType(script, node) ?? '')) return true;
  const binding = node.type === 'Identifier' ? script.bindingOf(node) : undefined;
  const fn = binding?.kind === 'param' ? binding.declaration : undefined;
  const call = fn && script.parentOf(fn);
  const used = call && methodCall(call);
  return (
    used?.method === 'getConnection' &&
    isFunction(fn) &&
    (fn.params as Node[])[1] === binding?.identifier &&
    isConnection(script, used.receiver)
  );
}

export const transform = {
  title: 'Import mysql2 instead of mysql',
  why: 'mysql knows no login method of MySQL 8, so connecting fails with ER_NOT_SUPPORTED_AUTH_MODE.',
  safety: UNSAFE,
  docs: 'https://github.com/mysqljs/mysql/issues/2390',
  catalogue: ['js-mysql-auth-mode', 'js-typeorm1-mysql-pkg'],
  fixes: [/ER_NOT_SUPPORTED_AUTH_MODE/],
  packages: ['mysql', 'mysql2', 'typeorm'],
  literals: ["'mysql'", '"mysql"', '.query(', 'connectorPackage'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. The package is changed by settings/replace-mysql-driver. */
export default rewriteWith(find, UNSAFE);
