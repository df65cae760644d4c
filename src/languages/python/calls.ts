import { argumentsOf, hasSplat } from './arguments.ts';
import { decoratorsOf } from './classes.ts';
import type { PythonDocument } from './document.ts';
import { scopeAt } from './origin.ts';
import type { Binding } from './scope.ts';
import { children, descendants, enclosing, isAsync, type Node } from './tree.ts';

/** A parameter of a function, `self` included. */
export interface Parameter {
  name: string;
  node: Node;
  annotation?: Node;
  default?: Node;
  style: 'any' | 'positional' | 'keyword' | 'rest' | 'keywords';
}

/** The parameters of a function or lambda, in their order. */
export function parametersOf(definition: Node): Parameter[] {
  const list = definition.childForFieldName('parameters');
  const nodes = list ? children(list).filter(({ type }) => type !== 'comment') : [];
  const slash = nodes.findIndex(({ type }) => type === 'positional_separator');
  let style: Parameter['style'] = 'any';
  return nodes.flatMap((node, at): Parameter[] => {
    if (node.type === 'keyword_separator') style = 'keyword';
    const read = readParameter(node);
    if (!read) return [];
    const own = read.style === 'any' ? (at < slash ? 'positional' : style) : read.style;
    if (read.style === 'rest') style = 'keyword';
    return [{ ...read, style: own }];
  });
}

function readParameter(node: Node): Parameter | undefined {
  const target = node.childForFieldName('name') ?? (node.type === 'identifier' ? node : children(node)[0]);
  const annotation = node.childForFieldName('type');
  const value = node.childForFieldName('value');
  const pattern = target && /_pattern$/.test(target.type) ? target : node;
  const style =
    pattern.type === 'list_splat_pattern'
      ? 'rest'
      : pattern.type === 'dictionary_splat_pattern'
        ? 'keywords'
        : 'any';
  const name = style === 'any' ? target : children(pattern)[0];
  if (name?.type !== 'identifier') return undefined;
  return {
    name: name.text,
    node,
    style,
    ...(annotation && { annotation }),
    ...(value && { default: value }),
  };
}

/** Which argument of a call a parameter gets: the node, `default` where none is given, or undefined where that cannot be told. */
export function argumentFor(
  call: Node,
  parameters: readonly Parameter[],
  name: string,
  bound: boolean,
): Node | 'default' | undefined {
  const wanted = parameters.find((each) => each.name === name);
  if (!wanted || wanted.style === 'rest' || wanted.style === 'keywords' || hasSplat(call)) return undefined;
  const args = argumentsOf(call);
  const named = args.find(
    (each) => each.type === 'keyword_argument' && each.childForFieldName('name')?.text === name,
  );
  if (named) return named.childForFieldName('value') ?? undefined;
  const plain = args.filter(({ type }) => type !== 'keyword_argument');
  const places = parameters
    .filter(({ style }) => style === 'any' || style === 'positional')
    .slice(bound ? 1 : 0);
  const at = places.findIndex((each) => each.name === name);
  return (at >= 0 ? plain[at] : undefined) ?? (wanted.default ? 'default' : undefined);
}

/** The expressions that a function returns, functions inside left out; of a lambda, its body. */
export function returnsOf(definition: Node): Node[] {
  if (definition.type === 'lambda') return children(definition).slice(-1);
  return own(definition, 'return_statement').flatMap((statement) => children(statement).slice(0, 1));
}

/** The `yield`s of a function, functions inside left out. */
export function yieldsOf(definition: Node): Node[] {
  return own(definition, 'yield');
}

function own(definition: Node, type: string): Node[] {
  return descendants(definition, type).filter(
    (node) => enclosing(node, 'function_definition', 'lambda')?.id === definition.id,
  );
}

export function isGenerator(definition: Node): boolean {
  return definition.type === 'function_definition' && yieldsOf(definition).length > 0;
}

/** True for `async def`. */
export function isCoroutineFunction(definition: Node): boolean {
  return definition.type === 'function_definition' && isAsync(definition) && !isGenerator(definition);
}

/** The binding of a function or class by its definition. */
export function bindingOf(document: PythonDocument, definition: Node): Binding | undefined {
  const name = definition.childForFieldName('name');
  const bindings = name ? scopeAt(document, name).bindings.get(name.text) : undefined;
  return bindings?.find(({ node }) => node.id === name?.id);
}

/** The dotted external names of a function's decorators; undefined for one that is not external. A call's is that of what is called. */
export function decoratorNames(document: PythonDocument, definition: Node): (string | undefined)[] {
  return decoratorsOf(definition).map((node) => {
    const callee = node.type === 'call' ? node.childForFieldName('function') : node;
    const origin = callee ? document.origin(callee) : undefined;
    if (origin?.kind === 'builtin') return `builtins.${origin.name}`;
    return origin?.kind === 'external' ? origin.name : undefined;
  });
}
