import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { encloses, enclosing, type Node } from '../languages/python/tree.ts';
import type { Value } from './values.ts';

/**
 * The bindings of a variable of the same function whose value may still be there at a use: the last one that is always passed on
 * the way, what stands between, and what a loop around the use comes back with.
 */
export function reaching(document: PythonDocument, use: Node): Binding[] {
  const all = (scopeAt(document, use).bindings.get(use.text) ?? []).filter(
    ({ value }) => !value || !encloses(value, use),
  );
  const before = all
    .filter(({ node }) => node.startIndex < use.startIndex)
    .sort((a, b) => a.node.startIndex - b.node.startIndex);
  const passed = before.findLastIndex(({ statement }) =>
    encloses(enclosing(statement, 'block', 'module') ?? statement, use),
  );
  const since = before.slice(Math.max(passed, 0));
  const loops = loopsAround(use).filter((loop) => !before[passed] || !encloses(loop, before[passed].node));
  const later = all.filter(
    (each) => !since.includes(each) && loops.some((loop) => encloses(loop, each.node)),
  );
  return [...since, ...later];
}

function loopsAround(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.parent; at && !/^(function_definition|lambda)$/.test(at.type); at = at.parent)
    if (/^(for|while)_statement$/.test(at.type)) found.push(at);
  return found;
}

/** What a name was given last where it is used, though it had other values before: `url = make_url(url)`. */
export function lastValue(document: PythonDocument, use: Node): Value | undefined {
  const [last, other] = use.type === 'identifier' ? reaching(document, use) : [];
  return last?.kind === 'assignment' && last.value && !other ? { document, node: last.value } : undefined;
}
