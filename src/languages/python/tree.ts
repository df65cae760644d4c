import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import { FixBackendError } from '../../types.ts';

export type { Node, Tree } from 'web-tree-sitter';

let parser: Parser | undefined;

/** Loads the grammar once. Must have resolved before `parse` is called. */
export async function loadPython(): Promise<void> {
  if (parser) return;
  await Parser.init({
    locateFile: () => wasmPath('web-tree-sitter/web-tree-sitter.wasm'),
    // What it would print when it aborts; the error says it.
    printErr: () => undefined,
  });
  const fresh = new Parser();
  fresh.setLanguage(await Language.load(wasmPath('tree-sitter-python/tree-sitter-python.wasm')));
  parser = fresh;
}

/** Beside the bundle the two wasm files lie in one folder; in the source tree they come from their packages. */
function wasmPath(specifier: string): string {
  const beside = fileURLToPath(new URL(specifier.slice(specifier.indexOf('/') + 1), import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(specifier);
}

/**
 * Parses Python source. Offsets of the nodes (`startIndex`, `endIndex`) are UTF-16 code units.
 * A tree stays in the parser's memory, 2 GB at most and some 40 bytes for each of the text, until it is deleted.
 */
export function parse(text: string): Tree {
  if (!parser) throw new Error('loadPython() has not been awaited');
  const tree = parsed(parser, text);
  if (!tree) throw new Error('the Python parser gave up');
  return tree;
}

/** What is learnt from a tree that nobody keeps: no node of it may be part of the answer. */
export function withTree<T>(text: string, look: (root: Node) => T): T {
  const tree = parse(text);
  try {
    return look(tree.rootNode);
  } finally {
    tree.delete();
  }
}

/** Out of memory, the WebAssembly module aborts, and nothing more can be read with it. */
function parsed(parser: Parser, text: string): Tree | null {
  try {
    return parser.parse(text);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'RuntimeError')) throw error;
    throw new FixBackendError(
      'There is more Python with a database here than can be held in memory at once.',
      {
        next: 'Repair one folder at a time:  fix-backend path/to/backend',
        exitCode: 3,
        cause: error,
      },
    );
  }
}

/** Named children that are not null: the binding's type admits null where none ever occurs. */
export function children(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null);
}

export function childrenOf(node: Node, field: string): Node[] {
  return node.childrenForFieldName(field).filter((child): child is Node => child !== null);
}

/** Nodes of a type anywhere below. A keyword such as `yield` has a token of the same type, which is left out. */
export function descendants(node: Node, types: string | string[]): Node[] {
  return node.type === 'module' ? [...inModule(node, `${types}`, types)] : findDescendants(node, types);
}

const ofModules = new WeakMap<Tree, Map<string, Node[]>>();

/** Of a whole module many transforms ask for the same. */
function inModule(root: Node, key: string, types: string | string[]): Node[] {
  const known = ofModules.get(root.tree) ?? new Map<string, Node[]>();
  if (known.size === 0) ofModules.set(root.tree, known);
  const found = known.get(key) ?? findDescendants(root, types);
  known.set(key, found);
  return found;
}

function findDescendants(node: Node, types: string | string[]): Node[] {
  return node.descendantsOfType(types).filter((child): child is Node => child?.isNamed ?? false);
}

/** The nearest ancestor (or the node itself) of one of the types. */
export function enclosing(node: Node, ...types: string[]): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (types.includes(at.type)) return at;
  }
  return undefined;
}

/** The statement that a node is part of: the child of a block or of the module. */
export function statementOf(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'block' && at.parent.type !== 'module') at = at.parent;
  return at;
}

/** The value of a string literal that has no interpolation, no escapes and no concatenation; undefined otherwise. */
export function plainString(node: Node): string | undefined {
  const content = stringContent(node);
  return content && !content.text.includes('\\') ? content.text : undefined;
}

/** True where a node is another, or lies within it. Both are of one document. */
export function encloses(outer: Node, inner: Node): boolean {
  return outer.startIndex <= inner.startIndex && inner.endIndex <= outer.endIndex;
}

/** Where the text of a plain string literal lies, without its quotes. An empty string has none. */
export function stringContent(node: Node): { text: string; start: number; end: number } | undefined {
  if (node.type !== 'string') return undefined;
  const parts = children(node);
  const [open, ...rest] = parts;
  const close = rest.pop();
  if (open?.type !== 'string_start' || close?.type !== 'string_end') return undefined;
  if (/[bB]/.test(open.text) || rest.some((part) => part.type !== 'string_content')) return undefined;
  return {
    text: node.text.slice(open.text.length, -close.text.length),
    start: open.endIndex,
    end: close.startIndex,
  };
}

/** A statement that is nothing but a string. */
export function isDocstring(statement: Node): boolean {
  return statement.type === 'expression_statement' && statement.namedChildren[0]?.type === 'string';
}

/** `async def`, `async with`, `async for`. */
export function isAsync(statement: Node): boolean {
  return statement.children[0]?.type === 'async';
}
