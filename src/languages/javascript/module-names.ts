import { argumentsOf, isCall, type Node, nameOf } from './nodes.ts';
import type { Script } from './script.ts';

/** The module that `require('x')` or `import('x')` names. */
export function requiredModule(script: Script, node: Node): string | undefined {
  if (!isCall(node)) return undefined;
  const callee = node.callee as Node;
  const isRequire = callee.type === 'Identifier' && callee.name === 'require' && script.isGlobal(callee);
  const [first] = argumentsOf(node);
  return (isRequire || callee.type === 'Import') && first?.type === 'StringLiteral' ? first.value : undefined;
}

/** The module and the exported name that an import specifier stands for; `*` is the whole module. */
export function importedAs(
  script: Script,
  specifier: Node,
): { module: string; name: string; type: boolean } | undefined {
  if (specifier.type === 'TSImportEqualsDeclaration') {
    const { moduleReference: reference, importKind } = specifier as unknown as {
      moduleReference: Node;
      importKind?: string;
    };
    const module =
      reference.type === 'TSExternalModuleReference' ? nameOf(reference.expression as Node) : undefined;
    return module === undefined ? undefined : { module, name: 'default', type: importKind === 'type' };
  }
  const declaration = script.parentOf(specifier) as unknown as
    | { source?: Node; importKind?: string }
    | undefined;
  const module = nameOf(declaration?.source);
  if (module === undefined) return undefined;
  const type = [declaration, specifier as unknown as { importKind?: string }].some((one) =>
    /^type/.test(one?.importKind ?? ''),
  );
  if (specifier.type === 'ImportDefaultSpecifier') return { module, name: 'default', type };
  if (specifier.type === 'ImportNamespaceSpecifier') return { module, name: '*', type };
  const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported as Node) : undefined;
  return name === undefined ? undefined : { module, name, type };
}

/** The file of the backend that an import in this file means. */
export function localModule(script: Script, module: string): Script | undefined {
  const file = script.modules?.resolve(script.path, module);
  return file === undefined ? undefined : script.modules?.script(file);
}

/** True for `./x`, `../x` and `/x`. */
export function isRelative(module: string): boolean {
  return /^\.{0,2}\//.test(module) || module === '.' || module === '..';
}
