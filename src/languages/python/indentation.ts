import { descendants, type Node } from './tree.ts';

type Cursor = ReturnType<Node['walk']>;

/** What blocks are found in, where a tree has no errors: expressions hold none. */
const AROUND_BLOCKS = new Set([
  'block',
  'class_definition',
  'decorated_definition',
  'function_definition',
  'if_statement',
  'elif_clause',
  'else_clause',
  'for_statement',
  'while_statement',
  'try_statement',
  'except_clause',
  'except_group_clause',
  'finally_clause',
  'with_statement',
  'match_statement',
  'case_clause',
]);

/** A block whose statements stand at different depths. */
export interface Uneven {
  start: number;
  end: number;
  type: string;
  /** Offset of the first statement that does not stand where the ones before it do. */
  at: number;
}

/**
 * The grammar accepts statements of one block at different depths; CPython does not. Only statements are walked through, with a
 * cursor: fetching every block and its children as nodes takes three times as long. Among errors, blocks may be anywhere.
 */
export function unevenBlocks(root: Node, text: string): Uneven[] {
  const found: Uneven[] = [];
  for (const start of root.hasError ? descendants(root, ['module', 'block']) : [root]) {
    const cursor = start.walk();
    collect(cursor, text, !root.hasError, found);
    cursor.delete();
  }
  return found;
}

/** Looks at the block that the cursor stands on, if it is one, and at those `below`; leaves the cursor where it is. */
function collect(cursor: Cursor, text: string, below: boolean, found: Uneven[]): void {
  const { startIndex: start, endIndex: end, nodeType: type } = cursor;
  const isBlock = type === 'block' || type === 'module';
  if (!cursor.gotoFirstChild()) return;
  let first: string | undefined;
  let at: number | undefined;
  do {
    const indent = isBlock && at === undefined ? indentOf(cursor, text) : undefined;
    first ??= indent;
    if (indent !== first && indent !== undefined) at = cursor.startIndex;
    if (below && AROUND_BLOCKS.has(cursor.nodeType)) collect(cursor, text, below, found);
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  if (at !== undefined) found.push({ start, end, type, at });
}

/**
 * The white space before a statement itself, as CPython compares it: a form feed begins the line anew, and statements behind
 * a header or another statement on their line have none. Comments may stand anywhere.
 */
function indentOf(cursor: Cursor, text: string): string | undefined {
  if (!cursor.nodeIsNamed || cursor.nodeType === 'comment') return undefined;
  const at = cursor.startIndex;
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const indent = line.replace(/^\ufeff/, '').replace(/^.*\f/s, '');
  return indent.trim() === '' ? indent : undefined;
}
