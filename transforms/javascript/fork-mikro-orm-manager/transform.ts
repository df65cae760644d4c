import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  isMember,
  keyOf,
  methodCall,
  type Node,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'Each fork has an identity map of its own; what one call loads, another does not know.',
};

const find: Find = ({ script, version }) => {
  const core = version('@mikro-orm/core');
  if (!core?.is('>=5') || hasContext(script)) return [];
  const kept = script.all('VariableDeclarator').flatMap((one) => keptManager(script, one, core));
  const direct = script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    const manager = used && SPECIFIC.test(used.method) ? unwrap(used.receiver) : undefined;
    if (!used || !manager || !isGlobalManager(script, manager)) return [];
    const message = `${core.text} refuses ${used.method}() on the global entity manager.`;
    return [
      {
        subject: used.method,
        at: call,
        message,
        repair: (j) => replace(script, manager, expressionOf(j, ['', '.fork()'], [manager])),
      },
    ];
  });
  return [...kept, ...direct];
};

export const transform = {
  title: 'Fork the entity manager of MikroORM',
  why: 'MikroORM refuses to work on the global entity manager, so the first request fails.',
  safety: UNSAFE,
  docs: 'https://mikro-orm.io/docs/identity-map',
  catalogue: ['js-mikro-global-em'],
  fixes: [/Using global EntityManager instance methods for context specific actions is disallowed/],
  packages: ['@mikro-orm/core'],
  literals: ['.em'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--@mikro-orm/core=6` gives the installed version. */
export default rewriteWith(find, UNSAFE);

const SPECIFIC =
  /^(find\w*|count|nativeInsert|nativeUpdate|nativeDelete|upsert|upsertMany|populate|refresh|getReference)$/;

/** `const em = orm.em`, and a call of `em` that wants a fork. Functions that share the name may run for several requests at once. */
function keptManager(script: Script, declarator: Node, core: PackageVersion): Found[] {
  const { id, init } = declarator as unknown as { id: Node; init?: Node | null };
  const binding = id.type === 'Identifier' ? script.bindingOf(id) : undefined;
  if (!init || binding?.writes.length !== 0 || !isGlobalManager(script, unwrap(init))) return [];
  const methods = binding.references.flatMap((use) => {
    const member = script.parentOf(use);
    const call = member && script.parentOf(member);
    const used = call && methodCall(call);
    return used?.receiver === use && SPECIFIC.test(used.method) ? [used.method] : [];
  });
  const [method] = methods;
  if (method === undefined) return [];
  const around = script.functionAround(declarator);
  const declaration = script.parentOf(declarator);
  const isExported = declaration && script.parentOf(declaration)?.type === 'ExportNamedDeclaration';
  const isOwn = !isExported && binding.references.every((use) => script.functionAround(use) === around);
  const found = {
    subject: binding.name,
    at: init,
    message: `${core.text} refuses ${method}() on the global entity manager.`,
  };
  if (!isOwn)
    return [{ ...found, safety: 'report', next: 'Give each request a fork of its own: orm.em.fork().' }];
  return [{ ...found, repair: (j) => replace(script, init, expressionOf(j, ['', '.fork()'], [init])) }];
}

/** `orm.em`, of what `MikroORM.init()` gave. */
function isGlobalManager(script: Script, node: Node): boolean {
  if (!isMember(node) || propertyName(node) !== 'em') return false;
  const value = valueBehind(script, node.object as Node);
  const callee = value && 'node' in value ? (value.node as unknown as { callee?: Node }).callee : undefined;
  return (
    value !== undefined &&
    callee !== undefined &&
    /^@mikro-orm\/[\w-]+\.MikroORM\.init(Sync)?$/.test(originOf(value.script, callee) ?? '')
  );
}

/** Some module makes a context for each request, or allows the global one. */
function hasContext(script: Script): boolean {
  const others = script.modules?.mentioning(
    'RequestContext',
    'allowGlobalContext',
    'CreateRequestContext',
    'EnsureRequestContext',
  ) ?? [script];
  return others.some(
    (one) =>
      one
        .all('Identifier')
        .some(({ name }) => /^(RequestContext|CreateRequestContext|EnsureRequestContext)$/.test(name)) ||
      one.all('ObjectProperty').some((property) => keyOf(property) === 'allowGlobalContext'),
  );
}
