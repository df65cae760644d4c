import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isDataSource, primaryKeyOf, repositoryOf } from '../../../src/backend/javascript/typeorm.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, objectOf } from '../../../src/languages/javascript/build.ts';
import { freeName, importsOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isMember,
  type Member,
  type Node,
  nameOf,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=1')) return [];
  return [
    ...members(script).flatMap((member): Found[] => ofDataSource(script, member, typeorm)),
    ...script.calls.flatMap((call): Found[] => ofRepository(script, call, typeorm)),
    ...oldType(script, typeorm),
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
  const to = Object.hasOwn(OF_DATA_SOURCE, name) ? OF_DATA_SOURCE[name] : undefined;
  if (to === undefined || !isDataSource(script, member.object as Node)) return [];
  const message = `${typeorm.text} has no ${name} on a data source; it is ${to}.`;
  return [{ subject: name, at: member, message, repair: (j) => rename(j, member, to) }];
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
  const [imported] = importsOf(script, 'typeorm');
  const inName = importedIn(script) ?? (imported && freeName(script, 'In'));
  if (inName === undefined)
    return [{ ...found, safety: 'report', next: `Write findBy({ ${key}: In(ids) }) and import In.` }];
  return [
    {
      ...found,
      repair: (j) => {
        if (imported && importedIn(script) === undefined)
          imported.specifiers?.push(j.importSpecifier(j.identifier('In')));
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

function by(j: JSCodeshift, call: Call, callee: Member, name: string, where: Node): void {
  rename(j, callee, name);
  (call as unknown as { arguments: Node[] }).arguments = [where];
}

/** The class Connection is called DataSource. */
function oldType(script: Script, typeorm: PackageVersion): Found[] {
  const specifiers = script
    .all('ImportSpecifier')
    .filter((one) => nameOf(one.imported as Node) === 'Connection' && isTypeorm(script, one));
  return specifiers.map((at) => {
    const binding = script.bindingOf((at as unknown as { local: Node }).local);
    const free = freeName(script, 'DataSource');
    const repair = () => {
      for (const name of new Set([
        at.imported as Node,
        (at as unknown as { local: Node }).local,
        ...(binding?.references ?? []),
      ]))
        if ((name as { name?: string }).name === 'Connection') (name as { name: string }).name = 'DataSource';
    };
    const message = `${typeorm.text} exports no Connection; the class is called DataSource.`;
    return {
      subject: 'Connection',
      at,
      message,
      ...(free ? { repair } : { safety: 'report' as const, next: 'Use DataSource everywhere.' }),
    };
  });
}

function isTypeorm(script: Script, specifier: Node): boolean {
  return (
    nameOf((script.parentOf(specifier) as unknown as { source?: Node } | undefined)?.source) === 'typeorm'
  );
}

function rename(j: JSCodeshift, member: Member, to: string): void {
  Object.assign(member, { property: j.identifier(to), computed: false });
}
