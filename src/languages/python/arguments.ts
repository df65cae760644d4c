import { lineEnding } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { lineEnd, lineStart, nextLine } from './layout.ts';
import { children, type Node } from './tree.ts';

/** Arguments of a call, comments left out. A call with a generator as its only argument has none. */
export function argumentsOf(call: Node): Node[] {
  const list = call.childForFieldName('arguments');
  return list?.type === 'argument_list' ? children(list).filter((node) => node.type !== 'comment') : [];
}

export function positional(call: Node): Node[] {
  return argumentsOf(call).filter(
    (node) => !/^(keyword_argument|dictionary_splat|list_splat)$/.test(node.type),
  );
}

/** The `name=value` argument of a call. */
export function keyword(call: Node, name: string): Node | undefined {
  return argumentsOf(call).find(
    (node) => node.type === 'keyword_argument' && node.childForFieldName('name')?.text === name,
  );
}

export function keywordValue(call: Node, name: string): Node | undefined {
  return keyword(call, name)?.childForFieldName('value') ?? undefined;
}

/** True where arguments come from somewhere that cannot be read: `*args` or `**options`. */
export function hasSplat(call: Node): boolean {
  return argumentsOf(call).some((node) => /_splat$/.test(node.type));
}

/** Takes an argument away: with its line where it has one to itself, else with the comma before or after it. */
export function removeArgument(document: PythonDocument, call: Node, argument: Node): Edit {
  const { text } = document;
  const all = argumentsOf(call);
  const at = all.findIndex((node) => node.id === argument.id);
  const begin = lineStart(text, argument.startIndex);
  const end = lineEnd(text, argument.endIndex);
  const rest = text.slice(argument.endIndex, end);
  const list = call.childForFieldName('arguments');
  const previous = all[at - 1];
  const comma = /^[ \t]*,/.test(rest) || !previous || text.slice(previous.endIndex, end).includes('#');
  const alone =
    text.slice(begin, argument.startIndex).trim() === '' &&
    /^[ \t]*,?[ \t]*(#.*)?$/.test(rest) &&
    begin > (list?.startIndex ?? begin);
  if (alone && comma)
    return { file: document.path, start: begin, end: nextLine(text, argument.endIndex), text: '' };
  const next = all[at + 1];
  if (previous) return { file: document.path, start: previous.endIndex, end: argument.endIndex, text: '' };
  return {
    file: document.path,
    start: argument.startIndex,
    end: next?.startIndex ?? argument.endIndex,
    text: '',
  };
}

/** Adds an argument behind the last one, on a line of its own where the last one has one. */
export function appendArgument(document: PythonDocument, call: Node, argument: string): Edit {
  const { text, path } = document;
  const list = call.childForFieldName('arguments');
  const last = argumentsOf(call).at(-1);
  if (!list || !last) {
    const inside = (list?.startIndex ?? call.endIndex - 2) + 1;
    return { file: path, start: inside, end: inside, text: argument };
  }
  const begin = lineStart(text, last.startIndex);
  const indent = text.slice(begin, last.startIndex);
  const own = indent.trim() === '' && begin > lineStart(text, list.startIndex);
  return {
    file: path,
    start: last.endIndex,
    end: last.endIndex,
    text: own ? `,${lineEnding(text)}${indent}${argument}` : `, ${argument}`,
  };
}
