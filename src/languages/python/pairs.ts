import { lineEnding } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { lineStart } from './layout.ts';
import { children, type Node, plainString } from './tree.ts';

/** The `key: value` pairs of a dictionary display, and its `**splats`; comments left out. */
export function pairsOf(dictionary: Node): Node[] {
  return children(dictionary).filter(({ type }) => type !== 'comment');
}

/** The pair whose key is that string. */
export function pairNamed(dictionary: Node, name: string): Node | undefined {
  return pairsOf(dictionary).find((pair) => {
    const key = pair.childForFieldName('key');
    return key !== null && plainString(key) === name;
  });
}

/** Takes a pair away, with the comma and the comment that belong to it. The last pair leaves `{}`. */
export function removePair(document: PythonDocument, dictionary: Node, pair: Node): Edit {
  const pairs = pairsOf(dictionary);
  const at = pairs.findIndex((each) => each.id === pair.id);
  const previous = pairs[at - 1];
  const next = pairs[at + 1];
  const start = previous?.endIndex ?? pair.startIndex;
  const end = previous ? pair.endIndex : (next?.startIndex ?? pair.endIndex);
  return { file: document.path, start, end, text: '' };
}

/** Adds a pair behind the last one, on a line of its own where that one has one. */
export function appendPair(document: PythonDocument, dictionary: Node, pair: string): Edit {
  const { text, path } = document;
  const last = pairsOf(dictionary).at(-1);
  if (!last) {
    const inside = dictionary.startIndex + 1;
    return { file: path, start: inside, end: inside, text: pair };
  }
  const begin = lineStart(text, last.startIndex);
  const indent = text.slice(begin, last.startIndex);
  const own = indent.trim() === '' && begin > lineStart(text, dictionary.startIndex);
  const separator = own ? `,${lineEnding(text)}${indent}` : ', ';
  return { file: path, start: last.endIndex, end: last.endIndex, text: separator + pair };
}
