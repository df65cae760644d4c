import type { JSCodeshift } from 'jscodeshift';
import {
  connectionName,
  createdConnections,
  dataSources,
  optionsOf,
  renameSpecifier,
} from '../../../src/backend/javascript/data-sources.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isDataSource, primaryKeyOf, repositoryOf } from '../../../src/backend/javascript/typeorm.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, objectOf, statementOf } from '../../../src/languages/javascript/build.ts';
import {
  freeName,
  hasImports,
  importsOf,
  insertBehindImports,
} from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isMember,
  isPlainObject,
  keyOf,
  type Member,
  type Node,
  nameOf,
  propertyName,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=1')) return [];
  return [
    ...members(script).flatMap((member): Found[] => ofDataSource(script, member, typeorm)),
    ...script.calls.flatMap((call): Found[] => ofRepository(script, call, typeorm)),
    ...oldTypes(script, typeorm),
    ...goneOptions(script, typeorm),
  ];
};

export const transform = {
  title: 'Call the methods of TypeORM 1 by their names',
  why: 'TypeORM 1.0 took the names of 0.2 away (connect, close, isConnected, exist, findByIds, findOneById, Connection).',
  safety: 'safe',
  docs: 'https://typeorm.io/docs/releases/1.0/upgrading-from-0.3/',
  catalogue: ['js-typeorm1-removed-api'],
  fixes: [/\.(connect|close|findByIds|exist|findOneById) is not a function/],
  packages: ['typeorm'],
  literals: ['typeorm', '.exist(', '.findByIds(', '.findOneById(', '.isConnected', '.close('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--typeorm=1.1.1` gives the installed version. */
export default rewriteWith(find);

const OF_DATA_SOURCE: Record<string, string> = {
  connect: 'initialize',
  close: 'destroy',
  isConnected: 'isInitialized',
};

function members(script: Script): Member[] {
  return [...script.all('MemberExpression'), ...script.all('OptionalMemberExpression')];
}

function ofDataSource(script: Script, member: Member, typeorm: PackageVersion): Found[] {
  const name = propertyName(member) ?? '';
  if (name === 'name' && isDataSource(script, member.object as Node))
    return [ofName(script, member, typeorm)];
  const to = Object.hasOwn(OF_DATA_SOURCE, name) ? OF_DATA_SOURCE[name] : undefined;
  if (to === undefined || !isDataSource(script, member.object as Node)) return [];
  const message = `${typeorm.text} has no ${name} on a data source; it is ${to}.`;
  return [{ subject: name, at: member, message, repair: (j) => rename(j, member, to) }];
}

/** `connection.name` → the name, where there is one data source and its name is seen. */
function ofName(script: Script, member: Member, typeorm: PackageVersion): Found {
  const found = {
    subject: 'name of a data source',
    at: member,
    message: `${typeorm.text} has no name on a data source: it is undefined.`,
  };
  const [source, more] = [...dataSources(script), ...createdConnections(script)];
  const options = source && 'made' in source ? optionsOf(source.script, source.made) : undefined;
  const isSeen = options && 'node' in options && isPlainObject(options.node);
  const isRead = !/^(Assignment|Update)Expression$/.test(script.parentOf(member)?.type ?? '');
  if (!source || !('made' in source) || more || !isSeen || !isRead)
    return { ...found, safety: 'report', next: 'Leave it out, or keep the name yourself.' };
  return { ...found, repair: (j) => putName(script, j, member, connectionName(source)) };
}

/** Puts a name in the place of an expression; inside a template, among its text. */
function putName(script: Script, j: JSCodeshift, node: Node, name: string): void {
  const template = script.parentOf(node);
  if (template?.type !== 'TemplateLiteral' || !/^[\w .-]*$/.test(name))
    return replace(script, node, expressionOf(j, [`'${name.replace(/[\\']/g, '\\$&')}'`]));
  const at = (template.expressions as Node[]).indexOf(node);
  const texts = template.quasis.slice(at, at + 2).map(({ value }) => value.raw);
  const quasi = j.templateElement(
    { raw: texts.join(name), cooked: texts.join(name) },
    at + 2 === template.quasis.length,
  );
  template.quasis.splice(at, 2, quasi);
  template.expressions.splice(at, 1);
}

function ofRepository(script: Script, call: Call, typeorm: PackageVersion): Found[] {
  const callee = unwrap(call.callee as Node);
  const name = isMember(callee) ? propertyName(callee) : undefined;
  if (!isMember(callee) || (name !== 'exist' && name !== 'findByIds' && name !== 'findOneById')) return [];
  const repository = repositoryOf(script, callee.object as Node);
  if (!repository) return [];
  const found = { subject: name, at: call, message: `${typeorm.text} has no ${name}() on a repository.` };
  if (name === 'exist') return [{ ...found, repair: (j) => rename(j, callee, 'exists') }];
  const key = primaryKeyOf(repository);
  const [id] = argumentsOf(call);
  if (key === undefined || !id || argumentsOf(call).length > 1)
    return [
      {
        ...found,
        safety: 'report',
        next: 'Write findBy({ id: In(ids) }) or findOneBy({ id }), with the primary column.',
      },
    ];
  if (name === 'findOneById')
    return [{ ...found, repair: (j) => by(j, call, callee, 'findOneBy', objectOf(j, [[key, id]])) }];
  const inName = importedIn(script) ?? freeName(script, 'In');
  if (inName === undefined)
    return [{ ...found, safety: 'report', next: `Write findBy({ ${key}: In(ids) }) and import In.` }];
  return [
    {
      ...found,
      repair: (j) => {
        if (importedIn(script) === undefined) importIn(script, j);
        by(j, call, callee, 'findBy', objectOf(j, [[key, expressionOf(j, [`${inName}(`, ')'], [id])]]));
      },
    },
  ];
}

function importedIn(script: Script): string | undefined {
  const specifier = importsOf(script, 'typeorm')
    .flatMap(({ specifiers = [] }) => specifiers as Node[])
    .find((one) => one.type === 'ImportSpecifier' && nameOf(one.imported as Node) === 'In');
  return nameOf((specifier as unknown as { local?: Node } | undefined)?.local);
}

function importIn(script: Script, j: JSCodeshift): void {
  const [imported] = importsOf(script, 'typeorm').filter(({ specifiers = [] }) =>
    specifiers.some(({ type }) => type === 'ImportSpecifier'),
  );
  if (imported) imported.specifiers?.push(j.importSpecifier(j.identifier('In')));
  else {
    const text = hasImports(script) ? "import { In } from 'typeorm';" : "const { In } = require('typeorm');";
    insertBehindImports(script, statementOf(j, [text]));
  }
}

function by(j: JSCodeshift, call: Call, callee: Member, name: string, where: Node): void {
  rename(j, callee, name);
  (call as unknown as { arguments: Node[] }).arguments = [where];
}

/** What the class, and the type of its options, are called. */
const TYPES: Record<string, string> = { Connection: 'DataSource', ConnectionOptions: 'DataSourceOptions' };

function oldTypes(script: Script, typeorm: PackageVersion): Found[] {
  const imported = script.all('ImportSpecifier').filter((one) => isTypeorm(script, one));
  return imported.flatMap((at): Found[] => {
    const old = nameOf(at.imported as Node) ?? '';
    const to = Object.hasOwn(TYPES, old) ? TYPES[old] : undefined;
    if (to === undefined) return [];
    const has = imported.find((one) => nameOf(one.imported as Node) === to);
    const isFree = has ? nameOf(has.local as Node) === to : freeName(script, to) !== undefined;
    const message = `${typeorm.text} exports no ${old}; it is called ${to}.`;
    return [
      {
        subject: old,
        at,
        message,
        ...(isFree
          ? { repair: () => renameSpecifier(script, at as Node, old, to, has !== undefined) }
          : { safety: 'report' as const, next: `Use ${to} everywhere.` }),
      },
    ];
  });
}

/** Options of 0.2 that the type of the options has no longer: what a data source is made of with them is not compiled. */
function goneOptions(script: Script, typeorm: PackageVersion): Found[] {
  if (!/\.[cm]?tsx?$/.test(script.path)) return [];
  return script.all('ObjectProperty').flatMap((option): Found[] => {
    const name = keyOf(option);
    const object = script.parentOf(option);
    if ((name !== 'cli' && name !== 'name') || !object || !isOptions(script, object)) return [];
    const found = {
      subject: `option ${name}`,
      at: option as Node,
      message: `${typeorm.text} has no option \`${name}\`: TypeScript refuses it.`,
    };
    const isUsual = stringValue(option.value as Node) === 'default';
    if (name === 'cli' || isUsual) return [{ ...found, repair: () => remove(script, option) }];
    return [
      {
        ...found,
        safety: 'report',
        next: 'Take it out, and tell several data sources apart by your own names.',
      },
    ];
  });
}

function isOptions(script: Script, object: Node): boolean {
  const parent = script.parentOf(object);
  if (parent?.type === 'NewExpression')
    return originOf(script, parent.callee as Node) === 'typeorm.DataSource';
  return (
    parent?.type === 'VariableDeclarator' &&
    /^typeorm\.(Connection|DataSource)Options$/.test(declaredType(script, parent.id as Node) ?? '')
  );
}

function isTypeorm(script: Script, specifier: Node): boolean {
  return (
    nameOf((script.parentOf(specifier) as unknown as { source?: Node } | undefined)?.source) === 'typeorm'
  );
}

function rename(j: JSCodeshift, member: Member, to: string): void {
  Object.assign(member, { property: j.identifier(to), computed: false });
}
