import type { Node } from './tree.ts';

/** A range that the grammar could not read, or reads as something else than Python does. */
export interface Damage {
  start: number;
  end: number;
  /** `error`: an ERROR or MISSING node. `indentation`: a block that Python refuses. `misread`: no error, but a wrong tree. */
  kind: 'error' | 'indentation' | 'misread';
  /** Type of the node around it. */
  inside: string;
}

/** Everything in a tree that must not be edited or trusted. */
export function findDamage(root: Node): Damage[] {
  const found: Damage[] = [];
  if (root.hasError) collectErrors(root, found);
  for (const node of root.descendantsOfType(['type_alias_statement', 'call', 'block'])) {
    const kind = node && misreading(node);
    if (node && kind) found.push({ start: node.startIndex, end: node.endIndex, kind, inside: node.type });
  }
  return found.sort((a, b) => a.start - b.start);
}

/**
 * Valid Python that tree-sitter-python 0.25 takes for an error: type parameter defaults (PEP 696)
 * and a format specifier that begins with `=` after a walrus-like colon. CPython accepts both.
 */
export function isKnownGap(damage: Damage): boolean {
  return (
    damage.kind === 'misread' ||
    ['type_parameter', 'interpolation', 'format_specifier'].includes(damage.inside)
  );
}

function collectErrors(node: Node, found: Damage[]): void {
  if (node.isError || node.isMissing) {
    const inside = node.parent?.type ?? 'module';
    found.push({ start: node.startIndex, end: node.endIndex, kind: 'error', inside });
    return;
  }
  for (const child of node.children) if (child?.hasError || child?.isMissing) collectErrors(child, found);
}

/** The known misparses of the grammar that leave no ERROR node (research/engines.md §1c). */
function misreading(node: Node): Damage['kind'] | undefined {
  if (node.type === 'type_alias_statement') {
    const left = node.childForFieldName('left')?.namedChildren[0]?.type;
    return left === 'identifier' || left === 'generic_type' ? undefined : 'misread';
  }
  if (node.type === 'call') {
    const called = node.childForFieldName('function');
    return called?.type === 'list_splat' ||
      called?.descendantsOfType('list_splat')[0]?.startIndex === node.startIndex
      ? 'misread'
      : undefined;
  }
  return hasUnevenIndentation(node) ? 'indentation' : undefined;
}

/** The grammar accepts statements of one block at different depths; CPython does not. */
function hasUnevenIndentation(block: Node): boolean {
  const columns = new Set<number>();
  let line = -1;
  for (const child of block.namedChildren) {
    if (!child || child.type === 'comment') continue;
    if (child.startPosition.row !== line) columns.add(child.startPosition.column);
    line = child.endPosition.row;
  }
  return columns.size > 1;
}
