import type { JSCodeshift } from 'jscodeshift';
import { expressionOf } from '../../languages/javascript/build.ts';
import { importsOf, requiresOf } from '../../languages/javascript/imports.ts';
import { requiredModule } from '../../languages/javascript/module-names.ts';
import { isCall, isMember, type Node, propertyName, unwrap } from '../../languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../languages/javascript/script.ts';
import { originOf } from '../../languages/javascript/trace.ts';
import type { Found } from './repair.ts';

/** Where a store's class is: a named export, the default one, or the whole module. */
export type Home = { named: string } | 'default' | 'module';

/** `store(session)`: calls of a module that was a factory and is none any more. */
export function factoryCalls(script: Script, module: string): Node[] {
  return script.calls.filter((call) => {
    const callee = unwrap(call.callee as Node);
    return (
      !isMember(callee) && requiredModule(script, call) === undefined && originOf(script, callee) === module
    );
  });
}

/** Takes the class from where it is instead of calling the module: `require('x')(session)` → `require('x').Store`. */
export function classInsteadOfFactory(script: Script, call: Node, home: Home): Partial<Found> {
  const callee = unwrap((call as unknown as { callee: Node }).callee);
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const specifier = binding?.declaration;
  if (specifier?.type !== 'ImportDefaultSpecifier')
    return { repair: (j) => replace(script, call, memberOf(j, callee, home)) };
  const declarator = script.parentOf(call);
  const name = declarator?.type === 'VariableDeclarator' ? (declarator.id as Node) : undefined;
  if (!declarator || name?.type !== 'Identifier' || binding?.references.length !== 1)
    return { safety: 'report', next: 'Import the class and use it without calling it with the session.' };
  return {
    repair: (j) => {
      replace(script, specifier, specifierFor(j, name.name, home === 'module' ? 'default' : home));
      const list = script.parentOf(declarator) as Node & { declarations?: Node[] };
      const exported = script.parentOf(list);
      remove(
        script,
        list.declarations?.length === 1
          ? exported?.type === 'ExportNamedDeclaration'
            ? exported
            : list
          : declarator,
      );
    },
  };
}

function memberOf(j: JSCodeshift, module: Node, home: Home): Node {
  if (home === 'module') return module;
  return expressionOf(j, ['', `.${home === 'default' ? 'default' : home.named}`], [module]);
}

function specifierFor(j: JSCodeshift, local: string, home: { named: string } | 'default'): Node {
  if (home === 'default') return j.importDefaultSpecifier(j.identifier(local)) as Node;
  const imported = j.identifier(home.named);
  return (
    local === home.named ? j.importSpecifier(imported) : j.importSpecifier(imported, j.identifier(local))
  ) as Node;
}

/** `import Store from 'x'` where the class is exported by name only. */
export function defaultImports(script: Script, module: string): Node[] {
  return importsOf(script, module).flatMap(({ specifiers = [] }) =>
    (specifiers as Node[]).filter(({ type }) => type === 'ImportDefaultSpecifier'),
  );
}

/** Imports the class by its name instead. */
export function importByName(script: Script, specifier: Node, named: string): Partial<Found> {
  const { local } = specifier as unknown as { local: { name: string } };
  return { repair: (j) => replace(script, specifier, specifierFor(j, local.name, { named })) };
}

/** `require('x').default`. */
export function defaultMembers(script: Script, module: string): Node[] {
  return requiresOf(script, module).flatMap((call) => {
    const parent = script.parentOf(call);
    return isMember(parent) && propertyName(parent) === 'default' ? [parent as Node] : [];
  });
}

/** `require('x')` whose value is constructed, or has a method called, as if it were the class. */
export function wholeAsClass(script: Script, module: string, method: string): Node[] {
  return requiresOf(script, module).filter((call) => {
    const declarator = script.parentOf(call);
    if (declarator?.type !== 'VariableDeclarator') return isUsedAsClass(script, call, method);
    const name = declarator.id as Node;
    const uses = name.type === 'Identifier' ? (script.bindingOf(name)?.references ?? []) : [];
    return uses.length > 0 && uses.every((use) => isUsedAsClass(script, use, method));
  });
}

function isUsedAsClass(script: Script, use: Node, method: string): boolean {
  const parent = script.parentOf(use);
  if (parent?.type === 'NewExpression') return (parent.callee as Node) === use;
  return (
    isMember(parent) &&
    (parent.object as Node) === use &&
    propertyName(parent) === method &&
    isCall(script.parentOf(parent))
  );
}
