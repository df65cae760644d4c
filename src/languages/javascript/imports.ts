import { requiredModule } from './module-names.ts';
import { argumentsOf, type Node, type NodeOf, nameOf, startOf } from './nodes.ts';
import type { Binding } from './scopes.ts';
import { insertBeside, remove, type Script } from './script.ts';

/** `import … from 'module'` declarations, those of types alone left out. */
export function importsOf(script: Script, module: string): NodeOf<'ImportDeclaration'>[] {
  return script
    .all('ImportDeclaration')
    .filter(({ source, importKind }) => nameOf(source as Node) === module && importKind !== 'type');
}

/** `require('module')` calls. */
export function requiresOf(script: Script, module: string): Node[] {
  return script.all('CallExpression').filter((call) => requiredModule(script, call) === module);
}

/**
 * True where Node itself loads a file as an ES module, whose imports of CommonJS packages are checked by name. False where
 * that is not certain: a file of TypeScript that is compiled to CommonJS looks the same.
 */
export function isNativeModule(script: Script): boolean {
  if (/\.m[jt]s$/.test(script.path)) return true;
  if (/\.c[jt]s$/.test(script.path) || !script.modules) return false;
  return hasImports(script) && script.modules.packageField(script.path, 'type') === 'module';
}

export function hasImports(script: Script): boolean {
  return (
    script.all('ImportDeclaration').length > 0 ||
    script.all('ExportNamedDeclaration').length > 0 ||
    script.all('ExportDefaultDeclaration').length > 0
  );
}

/** The first of some names that nothing in the file is called; undefined where all are taken. */
export function freeName(script: Script, ...names: string[]): string | undefined {
  const taken = new Set(script.all('Identifier').map(({ name }) => name));
  return names.find((name) => !taken.has(name));
}

/** Uses of a name in types alone, such as `pool: Pool`. */
export function typeUses(script: Script, binding: Binding): Node[] {
  return binding.references.filter((use) =>
    /^TS(TypeReference|QualifiedName|ExpressionWithTypeArguments|ClassImplements|InterfaceHeritage|TypeQuery)$/.test(
      script.parentOf(use)?.type ?? '',
    ),
  );
}

/** Takes the imports out that nothing else in the file uses than a node that goes, such as a parameter with its type. */
export function dropImportsOf(script: Script, gone: Node): void {
  const inside = new Set(script.within(gone));
  const imports = [...inside].map((node) => script.bindingOf(node)).filter((one) => one?.kind === 'import');
  for (const binding of new Set(imports))
    if (binding?.references.every((use) => inside.has(use))) dropImport(script, binding);
}

/** Takes a name out of the import that declares it, and the import where it declares nothing else. */
export function dropImport(script: Script, { declaration }: Binding): void {
  const whole = script.parentOf(declaration);
  const others = whole?.type === 'ImportDeclaration' ? (whole.specifiers ?? []) : undefined;
  remove(script, whole && others?.length === 1 ? whole : declaration);
}

/** Puts a statement behind the last import, or the last `require` at the top of the file. */
export function insertBehindImports(script: Script, statement: Node): void {
  const [last] = [...script.all('ImportDeclaration'), ...topRequires(script)].sort(
    (a, b) => startOf(b) - startOf(a),
  );
  if (last) insertBeside(script, last, 'after', statement);
  else (script.program as unknown as { body: Node[] }).body.unshift(statement);
}

function topRequires(script: Script): Node[] {
  const { body } = script.program as unknown as { body: Node[] };
  return body.filter(
    (statement) =>
      statement.type === 'VariableDeclaration' &&
      statement.declarations.some(
        (one) =>
          one.type === 'VariableDeclarator' &&
          one.init &&
          requiredModule(script, one.init as Node) !== undefined,
      ),
  );
}

/** The one argument of a call, where there is one. */
export function onlyArgument(call: Node): Node | undefined {
  const given = argumentsOf(call);
  return given.length === 1 ? given[0] : undefined;
}
