import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, enclosing, type Node } from '../languages/python/tree.ts';

/** An expression in a document: what a name was given. */
export interface Value {
  document: PythonDocument;
  node: Node;
}

const MOST_HOPS = 8;

/**
 * The expression that a name stands for, followed through assignments, imports and functions that return one thing.
 * Undefined where it is assigned more than once to different things, or comes from somewhere that cannot be read.
 */
export function valueFor(document: PythonDocument, node: Node, hops = 0): Value | undefined {
  if (hops > MOST_HOPS) return undefined;
  if (node.type === 'parenthesized_expression' && node.namedChildren[0])
    return valueFor(document, node.namedChildren[0], hops + 1);
  if (node.type === 'await' && node.namedChildren[0])
    return valueFor(document, node.namedChildren[0], hops + 1);
  if (node.type === 'call') return returnedValue(document, node, hops) ?? { document, node };
  if (node.type !== 'identifier' && node.type !== 'attribute') return { document, node };
  const origin = document.origin(node);
  if (origin.kind === 'unknown' && node.type === 'identifier') return assignedOnce(document, node, hops);
  if (origin.kind === 'unknown') return ofSelf(document, node, hops);
  if (origin.kind !== 'local') return { document, node };
  return bindingValue(origin.document, origin.binding, hops) ?? { document, node };
}

function bindingValue(document: PythonDocument, binding: Binding, hops: number): Value | undefined {
  return binding.value && binding.kind === 'assignment'
    ? valueFor(document, binding.value, hops + 1)
    : undefined;
}

/** `engine = None` above and `engine = create_engine(…)` below is one value. */
function assignedOnce(document: PythonDocument, node: Node, hops: number): Value | undefined {
  const found = document.scopes.module.bindings.get(node.text) ?? [];
  const real = found.filter((binding) => binding.value && binding.value.type !== 'none');
  const [only] = real;
  return only &&
    real.length === 1 &&
    found.every((binding) => binding.kind === 'assignment' || binding.kind === 'declared')
    ? bindingValue(document, only, hops)
    : undefined;
}

/** `self.engine`, which its class assigns in one place. */
function ofSelf(document: PythonDocument, node: Node, hops: number): Value | undefined {
  const definition = /^(self|cls)\.\w+$/.test(node.text) ? enclosing(node, 'class_definition') : undefined;
  if (!definition) return undefined;
  const values = descendants(definition, 'assignment').flatMap((each) =>
    each.childForFieldName('left')?.text === node.text ? (each.childForFieldName('right') ?? []) : [],
  );
  const [only, ...others] = values.filter((each) => each.type !== 'none');
  return only && others.length === 0 ? valueFor(document, only, hops + 1) : undefined;
}

/** What a call of one of the project's own functions returns, if all its returns are one expression. */
function returnedValue(document: PythonDocument, call: Node, hops: number): Value | undefined {
  const callee = call.childForFieldName('function');
  const origin = callee ? document.origin(callee) : undefined;
  if (origin?.kind !== 'local' || origin.binding.kind !== 'function') return undefined;
  const [only, ...others] = returnsOf(origin.binding.statement);
  return only && others.length === 0 ? valueFor(origin.document, only, hops + 1) : undefined;
}

/** The expressions that a function returns, nested functions left out. */
export function returnsOf(definition: Node): Node[] {
  return descendants(definition, 'return_statement').flatMap((statement) => {
    const value = statement.namedChildren[0];
    return value && enclosing(statement, 'function_definition', 'lambda')?.id === definition.id
      ? [value]
      : [];
  });
}
