import { isMember, type Node, nameOf, propertyName, propertyOf, unwrap } from './nodes.ts';
import type { Script } from './script.ts';

/** What a name of a module is: an expression or a name in its file, or a name of another module (`*` is all of it). */
type Exported = { node: Node } | { from: string; name: string };

export interface Exports {
  /** `default` is also what `module.exports` and `export =` are. */
  named(name: string): Exported | undefined;
  /** What `module.exports = …` or `export = …` makes of the whole module. */
  whole: Node | undefined;
}

const known = new WeakMap<Script, Exports>();

/** What a file exports, with `export`, `export … from`, `module.exports` and `exports.x`. */
export function exportsOf(script: Script): Exports {
  const found = known.get(script) ?? readExports(script);
  known.set(script, found);
  return found;
}

function readExports(script: Script): Exports {
  const names = new Map<string, Exported>();
  const stars: string[] = [];
  for (const statement of (script.program as unknown as { body?: Node[] }).body ?? []) {
    if (statement.type === 'ExportAllDeclaration') stars.push(nameOf(statement.source as Node) ?? '');
    else exported(statement, names);
  }
  for (const assignment of script.all('AssignmentExpression')) assigned(script, assignment, names);
  const own = names.get('default');
  const isModule = script.all('ExportDefaultDeclaration').length > 0;
  return {
    whole: own && 'node' in own && !isModule ? own.node : undefined,
    named(name) {
      const own = names.get(name) ?? ofWhole(script, names.get('default'), name);
      if (own) return own;
      return stars.length === 1 && stars[0] && name !== 'default' ? { from: stars[0], name } : undefined;
    },
  };
}

function exported(statement: Node, names: Map<string, Exported>): void {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement as unknown as { declaration: Node & { id?: Node | null } };
    names.set('default', { node: declaration.id ?? declaration });
  } else if (statement.type === 'TSExportAssignment') {
    names.set('default', { node: statement.expression as Node });
  } else if (statement.type === 'ExportNamedDeclaration') {
    const from = nameOf(statement.source as Node | null);
    for (const name of declaredNames(statement.declaration as Node | null)) {
      const text = nameOf(name);
      if (text !== undefined) names.set(text, { node: name });
    }
    for (const specifier of (statement.specifiers ?? []) as Node[]) {
      const { local, exported: as } = specifier as unknown as { local?: Node; exported: Node };
      const name = nameOf(as);
      if (name === undefined) continue;
      if (from === undefined && local) names.set(name, { node: local });
      else if (from !== undefined) names.set(name, { from, name: nameOf(local) ?? '*' });
    }
  }
}

function declaredNames(declaration: Node | null): Node[] {
  if (!declaration) return [];
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap((one) =>
      one.type === 'VariableDeclarator' ? patternNames(one.id as Node) : [],
    );
  const { id } = declaration as unknown as { id?: Node | null };
  return id ? [id] : [];
}

function patternNames(pattern: Node): Node[] {
  if (pattern.type === 'Identifier') return [pattern];
  if (pattern.type !== 'ObjectPattern') return [];
  return (pattern.properties as Node[]).flatMap((property) => {
    const { value } = property as unknown as { value?: Node };
    return value ? patternNames(value) : [];
  });
}

/** `module.exports = x`, `module.exports.a = x`, `exports.a = x`. */
function assigned(script: Script, assignment: Node, names: Map<string, Exported>): void {
  if (assignment.type !== 'AssignmentExpression') return;
  const name = exportedAs(script, assignment.left as Node);
  if (name !== undefined) names.set(name, { node: unwrap(assignment.right as Node) });
}

/** The name that an assignment to `exports.name` gives its value; `default` for `module.exports`. */
export function exportedAs(script: Script, assigned: Node): string | undefined {
  const target = unwrap(assigned);
  if (isModuleExports(script, target)) return 'default';
  if (!isMember(target)) return undefined;
  const object = unwrap(target.object as Node);
  const isExports = object.type === 'Identifier' && object.name === 'exports' && script.isGlobal(object);
  return isExports || isModuleExports(script, object) ? propertyName(target) : undefined;
}

function isModuleExports(script: Script, node: Node): boolean {
  if (!isMember(node) || propertyName(node) !== 'exports') return false;
  const object = node.object as Node;
  return object.type === 'Identifier' && object.name === 'module' && script.isGlobal(object);
}

/** `module.exports = { client }`: a name of the object that is exported as a whole. */
function ofWhole(script: Script, whole: Exported | undefined, name: string): Exported | undefined {
  if (!whole || !('node' in whole) || name === 'default') return undefined;
  const node = unwrap(whole.node);
  const binding = node.type === 'Identifier' ? script.bindingOf(node) : undefined;
  const init =
    binding?.declaration.type === 'VariableDeclarator' ? (binding.declaration.init as Node | null) : null;
  const value = propertyOf(init ? unwrap(init) : node, name)?.value;
  return value ? { node: value as Node } : undefined;
}
