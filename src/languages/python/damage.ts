import { unevenBlocks } from './indentation.ts';
import { python2Nodes } from './python2.ts';
import { descendants, type Node } from './tree.ts';

/** A range that the grammar could not read, or reads as something else than Python does. */
export interface Damage {
  start: number;
  end: number;
  /**
   * `error`: an ERROR or MISSING node. `indentation`: a block that Python refuses. `misread`: no error, but a wrong tree.
   * `python 2`: what Python 3 refuses.
   */
  kind: 'error' | 'indentation' | 'misread' | 'python 2';
  /** Type of the node around it; of an interpolation or a type parameter at any depth. */
  inside: string;
  /** Where in the range a person looks for it, if not at its start. */
  at?: number;
}

/** Everything in a tree of `text` that must not be edited or trusted. */
export function findDamage(root: Node, text: string): Damage[] {
  const found = root.hasError ? errorsBelow(root) : [];
  for (const { start, end, type, at } of unevenBlocks(root, text))
    found.push({ start, end, kind: 'indentation', inside: type, at });
  for (const node of python2Nodes(root, text))
    found.push({ start: node.startIndex, end: node.endIndex, kind: 'python 2', inside: node.type });
  for (const node of suspects(root, text)) {
    if (isMisread(node, text))
      found.push({ start: node.startIndex, end: node.endIndex, kind: 'misread', inside: node.type });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The nodes that the text allows to be misread; fetching every call of a file that has no star costs most of the look. */
function suspects(root: Node, text: string): Node[] {
  const types: string[] = [];
  if (/\btype\b/.test(text)) types.push('type_alias_statement');
  if (LEADING_STAR.test(text)) types.push('call');
  return types.length === 0 ? [] : descendants(root, types);
}

/** A star before an expression, not between two: after a bracket, a comma, an operator, a keyword or nothing. */
const LEADING_STAR =
  /(^|[^\w\s)\]}"'.*]|\b(in|return|yield|else|and|or|not|if|is|await|lambda|except|case))[ \t\f\ufeff]*\*/m;

/**
 * Valid Python that tree-sitter-python 0.25 takes for an error: type parameter defaults (PEP 696)
 * and a format specifier that begins with `=` after a walrus-like colon. CPython accepts both.
 */
export function isKnownGap(damage: Damage): boolean {
  return damage.kind === 'misread' || isKnownGapAround(damage.inside);
}

function isKnownGapAround(type: string): boolean {
  return type === 'type_parameter' || type === 'interpolation';
}

/** Without recursion: generated code nests deeper than the stack is. */
function errorsBelow(root: Node): Damage[] {
  const found: Damage[] = [];
  const waiting: { node: Node; inside: string }[] = [{ node: root, inside: 'module' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, inside } = next;
    if (node.isError || node.isMissing) {
      found.push({ start: node.startIndex, end: node.endIndex, kind: 'error', inside });
      continue;
    }
    const around = isKnownGapAround(inside) ? inside : node.type;
    for (const child of node.children)
      if (child?.hasError || child?.isMissing) waiting.push({ node: child, inside: around });
  }
  return found;
}

/** The known misparses of the grammar that leave no ERROR node (research/engines.md §1c). */
function isMisread(node: Node, text: string): boolean {
  if (node.type === 'type_alias_statement') {
    const left = node.childForFieldName('left')?.namedChildren[0]?.type;
    return left !== 'identifier' && left !== 'generic_type';
  }
  if (text[node.startIndex] !== '*') return false;
  const called = node.childForFieldName('function');
  return (
    called?.type === 'list_splat' ||
    called?.descendantsOfType('list_splat')[0]?.startIndex === node.startIndex
  );
}
