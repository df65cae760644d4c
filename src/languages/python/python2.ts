import { descendants, type Node } from './tree.ts';

/** What a statement of Python 2 alone looks like. A text without it has none, and need not be parsed for that. */
const LOOKS_SO = /^[ \t]*(print[ \t]+["'\w>]|exec[ \t]+["'\w]|raise[ \t]+[\w.]+[ \t]*,)|<>/m;

/** True where a text may hold a statement that only Python 2 has. */
export function mayBePython2(text: string): boolean {
  return LOOKS_SO.test(text);
}

/** The statements and comparisons of a tree of `text` that Python 3 refuses, and the grammar, which knows both, does not. */
export function python2Nodes(root: Node, text: string): Node[] {
  if (!mayBePython2(text)) return [];
  const found = descendants(root, [
    'print_statement',
    'exec_statement',
    'raise_statement',
    'comparison_operator',
  ]);
  return found.filter((node) => {
    if (node.type === 'raise_statement') return node.namedChildren[0]?.type === 'expression_list';
    return node.type !== 'comparison_operator' || node.children.some((child) => child?.type === '<>');
  });
}
