import { argumentsOf } from '../languages/python/arguments.ts';
import { mayAwait } from '../languages/python/awaits.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import { calledOn, type QueryChain, STEPS } from './query-chain.ts';

/** One use of a query that a name holds: `query.filter(…)` that the name is given again, or `query.order_by(…).all()` that reads. */
export interface QueryUse {
  name: Node;
  steps: QueryChain['steps'];
  terminal?: { name: string; call: Node };
}

/**
 * Every use of the name that a query is assigned to, where each adds to it or reads it in the same async function; undefined where
 * one hands it on, or the name holds something else as well.
 */
export function usesOfQuery(document: PythonDocument, { whole, query }: QueryChain): QueryUse[] | undefined {
  const assignment = whole.parent?.type === 'assignment' ? whole.parent : undefined;
  const left = assignment?.childForFieldName('left');
  const around = enclosing(query, 'function_definition', 'lambda');
  if (left?.type !== 'identifier' || assignment?.childForFieldName('right')?.id !== whole.id)
    return undefined;
  if (!around || !mayAwait(query)) return undefined;
  const bindings = scopeAt(document, left).bindings.get(left.text) ?? [];
  const uses = document
    .referencesNamed(left.text)
    .filter(({ scope }) => scope.find(left.text) === bindings)
    .map(({ node }) => node)
    .filter((node) => !bindings.some((each) => each.node.id === node.id))
    .map((node) => useOf(node, around));
  const added = uses.flatMap((use) => (use && !use.terminal ? [endOf(use).id] : []));
  const isOwn = bindings.every(
    ({ kind, value }) =>
      kind === 'assignment' && value && (value.id === whole.id || added.includes(value.id)),
  );
  return isOwn && uses.every((use) => use !== undefined) ? uses : undefined;
}

function useOf(name: Node, around: Node): QueryUse | undefined {
  const steps: QueryUse['steps'] = [];
  let whole = name;
  let next = calledOn(whole);
  for (; next && STEPS.test(next.name); next = calledOn(whole)) {
    steps.push(next);
    whole = next.call;
  }
  const isHere = mayAwait(name) && enclosing(name, 'function_definition', 'lambda')?.id === around.id;
  if (next) {
    const reads =
      /^(all|first|one|one_or_none|count)$/.test(next.name) && argumentsOf(next.call).length === 0;
    return isHere && reads ? { name, steps, terminal: next } : undefined;
  }
  const { parent } = whole;
  const left = parent?.type === 'assignment' ? parent.childForFieldName('left') : undefined;
  const isAdded = steps.length > 0 && left?.type === 'identifier' && left.text === name.text;
  return isHere && isAdded ? { name, steps } : undefined;
}

/** The whole of `query.filter(…).order_by(…)`. */
function endOf({ name, steps }: QueryUse): Node {
  return steps.at(-1)?.call ?? name;
}
