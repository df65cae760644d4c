import { dataSources } from '../../../src/backend/javascript/data-sources.ts';
import type { Found } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { dropImportsOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isFunction,
  isMember,
  type Node,
  nameOf,
  propertyName,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';
import {
  declaredAnnotation,
  declaredType,
  originOf,
  valueBehind,
} from '../../../src/languages/javascript/trace.ts';
import { usesOfName } from '../../../src/languages/javascript/uses.ts';
import { onlySource } from './only-source.ts';
import { gone } from './removed.ts';

/** `new Repository<User>()` → `new Repository<User>(User, dataSource.manager)`: its constructor takes both since 0.3. */
export function emptyRepositories(script: Script, typeorm: PackageVersion): Found[] {
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

/** The property of the class around a call that is declared as the repository of the same entity, as Nest hands it in. */
export function ownRepository(script: Script, call: Call, entity: Node | undefined): string | undefined {
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

/** A class of its own instead of a repository of 0.2, where nobody uses anything of the repository. */
export function plainClass(script: Script, call: Call, typeorm: PackageVersion): Found | undefined {
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
