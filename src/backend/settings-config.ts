import { lineEnding } from '../files/source-file.ts';
import { appendArgument, keywordValue } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { indentAt, lineEnd, lineStart } from '../languages/python/layout.ts';
import { children, type Node, plainString } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';

/** How a settings class says its options: `model_config = SettingsConfigDict(…)`, a plain dict, or pydantic 1's `class Config`. */
export interface SettingsConfig {
  document: PythonDocument;
  kind: 'call' | 'dictionary' | 'class';
  node: Node;
}

/** The configuration in the body of one class; undefined where it has none, or one of another shape. */
export function configOf(document: PythonDocument, definition: Node): SettingsConfig | undefined {
  const body = definition.childForFieldName('body');
  for (const statement of body ? children(body) : []) {
    const inner =
      statement.type === 'class_definition' && statement.childForFieldName('name')?.text === 'Config';
    if (inner) return { document, kind: 'class', node: statement };
    const value = modelConfig(statement);
    if (value?.type === 'call' || value?.type === 'dictionary')
      return { document, kind: value.type, node: value };
  }
  return undefined;
}

function modelConfig(statement: Node): Node | undefined {
  const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
  if (assignment?.type !== 'assignment') return undefined;
  const isConfig = assignment.childForFieldName('left')?.text === 'model_config';
  return (isConfig && assignment.childForFieldName('right')) || undefined;
}

/** The value of an option. */
export function optionOf({ kind, node }: SettingsConfig, name: string): Node | undefined {
  if (kind === 'call') return keywordValue(node, name);
  if (kind === 'class') return assigned(node, name)?.childForFieldName('right') ?? undefined;
  const pair = pairsOf(node).find((each) => plainString(each.childForFieldName('key') ?? each) === name);
  return pair?.childForFieldName('value') ?? undefined;
}

/** True where options come from somewhere that cannot be read: `**common`, a base of `class Config`. */
export function isOpen({ kind, node }: SettingsConfig): boolean {
  if (kind === 'class') return (node.childForFieldName('superclasses')?.namedChildCount ?? 0) > 0;
  const list = kind === 'call' ? node.childForFieldName('arguments') : node;
  return list === null || children(list).some((child) => /_splat$/.test(child.type));
}

/** Adds an option behind one that is there, in the same style. `value` is Python. */
export function addOption(config: SettingsConfig, behind: string, name: string, value: string): Edit[] {
  const { document, kind, node } = config;
  if (kind === 'call') return [appendArgument(document, node, `${name}=${value}`)];
  const at = kind === 'class' ? assigned(node, behind) : pairOf(node, behind);
  if (!at) return [];
  const { text, path } = document;
  const line = `${lineEnding(text)}${indentAt(text, at.startIndex)}`;
  const insert = (offset: number, added: string) => [{ file: path, start: offset, end: offset, text: added }];
  if (kind === 'class') {
    const end = lineEnd(text, at.endIndex);
    const remark = /^[ \t]*#/.test(text.slice(at.endIndex, end));
    return insert(remark ? end : at.endIndex, `${line}${name} = ${value}`);
  }
  const ownLine = text.slice(lineStart(text, at.startIndex), at.startIndex).trim() === '';
  if (text.slice(at.endIndex, lineEnd(text, at.endIndex)).includes('#'))
    return insert(at.startIndex, `"${name}": ${value},${ownLine ? line : ' '}`);
  return insert(at.endIndex, `,${ownLine ? line : ' '}"${name}": ${value}`);
}

/** True where the class statement itself sets an option: `class Settings(BaseSettings, extra="ignore")`. */
export function hasClassOption(definition: Node, name: string): boolean {
  const bases = definition.childForFieldName('superclasses');
  return bases ? children(bases).some((each) => each.childForFieldName('name')?.text === name) : false;
}

function assigned(definition: Node, name: string): Node | undefined {
  const body = definition.childForFieldName('body');
  return body
    ? children(body)
        .flatMap((each) => (each.type === 'expression_statement' ? (each.namedChildren[0] ?? []) : []))
        .find((each) => each.type === 'assignment' && each.childForFieldName('left')?.text === name)
    : undefined;
}

function pairsOf(node: Node): Node[] {
  return children(node).filter((child) => child.type === 'pair');
}

function pairOf(node: Node, name: string): Node | undefined {
  return pairsOf(node).find((each) => plainString(each.childForFieldName('key') ?? each) === name);
}
