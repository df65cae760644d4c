import { exportedAs } from './exports.ts';
import { requiredModule } from './module-names.ts';
import { type FunctionNode, isMember, type Node, nameOf, propertyName, unwrap } from './nodes.ts';
import type { Script } from './script.ts';

/** An expression that is a value, and the file that it stands in. */
export interface Use {
  script: Script;
  node: Node;
}

/** A chain of names longer than this is a circle. */
const DEPTH = 25;

/** What `module.exports = …` makes of a module; no export has this name. */
const WHOLE = '';

/**
 * Every place where the value of an expression is used, through names, objects that hold it, and imports of the backend's
 * other modules. Undefined where it goes somewhere that cannot be followed, so that others may use it too.
 */
export function usesOf(script: Script, node: Node): Use[] | undefined {
  return follow({ script, node }, [], DEPTH);
}

/** The same for what a name stands for, which may be a class or a function. */
export function usesOfName(script: Script, identifier: Node): Use[] | undefined {
  return ofName({ script, node: identifier }, [], DEPTH);
}

/** Where a function is used: by its name where it is declared, else as the value that it is. */
export function usesOfFunction(script: Script, fn: FunctionNode): Use[] | undefined {
  if (fn.type !== 'FunctionDeclaration') return usesOf(script, fn);
  return fn.id ? usesOfName(script, fn.id as Node) : undefined;
}

/** The uses of what lies at a path of keys in the value of an expression. */
function follow({ script, node }: Use, path: string[], depth: number): Use[] | undefined {
  const at = outermost(script, node);
  const parent = script.parentOf(at);
  if (!parent || depth === 0) return undefined;
  const next = depth - 1;
  if (parent.type === 'VariableDeclarator')
    return ofPattern({ script, node: parent.id as Node }, at, path, next);
  if (parent.type === 'ObjectProperty' && (parent.value as Node) === at) {
    const key = nameOf(parent.key as Node, parent.computed === true);
    const holder = script.parentOf(parent);
    return key === undefined || !holder ? undefined : follow({ script, node: holder }, [key, ...path], next);
  }
  if (parent.type === 'ExportDefaultDeclaration') return ofExport(script, 'default', path, next);
  if (parent.type === 'TSExportAssignment') return ofExport(script, WHOLE, path, next);
  if (parent.type === 'AssignmentExpression' && (parent.right as Node) === at) {
    const name = exportedAs(script, parent.left as Node);
    if (name !== undefined) return ofExport(script, name === 'default' ? WHOLE : name, path, next);
  }
  const [key, ...rest] = path;
  if (key === undefined) return [{ script, node: at }];
  if (parent.type === 'ExpressionStatement') return [];
  if (!isMember(parent) || (parent.object as Node) !== at) return undefined;
  const name = propertyName(parent);
  if (name === undefined) return undefined;
  return name === key ? follow({ script, node: parent }, rest, next) : [];
}

function outermost(script: Script, node: Node): Node {
  const parent = script.parentOf(node);
  return parent && unwrap(parent) !== parent ? outermost(script, parent) : node;
}

function ofPattern({ script, node }: Use, value: Node, path: string[], depth: number): Use[] | undefined {
  if (node.type === 'Identifier') return ofName({ script, node }, path, depth);
  const [key, ...rest] = path;
  if (key === undefined) return [{ script, node: value }];
  if (node.type !== 'ObjectPattern') return undefined;
  const found = all(node.properties as Node[], (property) => {
    if (property.type !== 'ObjectProperty') return undefined;
    const name = nameOf(property.key as Node, property.computed === true);
    if (name === undefined) return undefined;
    return name === key ? ofPattern({ script, node: property.value as Node }, value, rest, depth) : [];
  });
  return found;
}

function ofName({ script, node }: Use, path: string[], depth: number): Use[] | undefined {
  const binding = script.bindingOf(node);
  if (!binding || binding.writes.length > 0 || !/^(const|let|var|import|class|function)$/.test(binding.kind))
    return undefined;
  const used = all(binding.references, (use) => {
    const parent = script.parentOf(use);
    if (
      /^TS(TypeQuery|QualifiedName|TypeReference|ExpressionWithTypeArguments|ClassImplements)$/.test(
        parent?.type ?? '',
      )
    )
      return [];
    if (parent?.type !== 'ExportSpecifier') return follow({ script, node: use }, path, depth);
    const name = nameOf(parent.exported as Node);
    return name === undefined ? undefined : ofExport(script, name, path, depth);
  });
  const exported = binding.kind === 'import' ? undefined : exportOf(script, binding.declaration);
  const name = exported === 'ExportDefaultDeclaration' ? 'default' : binding.name;
  return all([used, exported ? ofExport(script, name, path, depth) : []], (one) => one);
}

/** The kind of the export that declares a name. */
function exportOf(script: Script, declaration: Node): string | undefined {
  return script.above(declaration, ({ type }) => /^Export(Named|Default)Declaration$/.test(type))?.type;
}

/** The uses in the modules that import a name of a module. */
function ofExport(home: Script, name: string, path: string[], depth: number): Use[] | undefined {
  if (!home.modules || depth === 0) return undefined;
  return all(home.modules.importers(home.path), (file) => {
    const script = home.modules?.script(file);
    return script && ofImports(script, home.path, name, path, depth - 1);
  });
}

function ofImports(
  script: Script,
  file: string,
  name: string,
  path: string[],
  depth: number,
): Use[] | undefined {
  const isIt = (module: string | undefined) =>
    module !== undefined && script.modules?.resolve(script.path, module) === file;
  const whole = name === WHOLE ? path : [name, ...path];
  const declared = script
    .all('ImportDeclaration')
    .filter(({ source, importKind }) => importKind !== 'type' && isIt(nameOf(source as Node)));
  const imported = all(declared, ({ specifiers }) =>
    all((specifiers ?? []) as Node[], (one) => {
      const { local, imported } = one as unknown as { local: Node; imported?: Node };
      const as = one.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(imported);
      if (one.type === 'ImportNamespaceSpecifier') return ofName({ script, node: local }, whole, depth);
      if (name === WHOLE && as === 'default') return ofName({ script, node: local }, path, depth);
      return as === whole[0] ? ofName({ script, node: local }, whole.slice(1), depth) : [];
    }),
  );
  const required = all(
    script.calls.filter((call) => isIt(requiredModule(script, call))),
    (call) => (call.callee.type === 'Import' ? undefined : follow({ script, node: call }, whole, depth)),
  );
  const again = all(
    script.all('ExportNamedDeclaration').filter(({ source }) => isIt(nameOf(source as Node | null))),
    ({ specifiers }) =>
      all((specifiers ?? []) as Node[], (one) => {
        const { local, exported } = one as unknown as { local?: Node; exported: Node };
        const as = nameOf(exported);
        if (!local || as === undefined) return undefined;
        return nameOf(local) === whole[0] ? ofExport(script, as, whole.slice(1), depth) : [];
      }),
  );
  const everything = all(
    script.all('ExportAllDeclaration').filter(({ source }) => isIt(nameOf(source as Node))),
    () => (whole[0] === undefined ? undefined : ofExport(script, whole[0], whole.slice(1), depth)),
  );
  const equals = all(
    script.all('TSImportEqualsDeclaration').filter(({ moduleReference }) => {
      const { expression } = moduleReference as unknown as { expression?: Node };
      return isIt(nameOf(expression));
    }),
    ({ id }) => ofName({ script, node: id as Node }, whole, depth),
  );
  return all([imported, required, again, everything, equals], (one) => one);
}

/** The uses that each of several has; undefined where one's cannot be known. */
function all<T>(many: readonly T[], usesOf: (one: T) => Use[] | undefined): Use[] | undefined {
  const found: Use[] = [];
  for (const one of many) {
    const uses = usesOf(one);
    if (!uses) return undefined;
    found.push(...uses);
  }
  return found;
}
