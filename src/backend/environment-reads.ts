import { keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { type Node, plainString } from '../languages/python/tree.ts';
import { valueFor } from './values.ts';

/** One place where code asks the environment for a variable by its name. */
export interface EnvironmentRead {
  document: PythonDocument;
  /** The whole expression. */
  node: Node;
  variable: string;
  default?: Node;
}

/** Functions that take a variable's name first, and the name of the argument that holds the default. */
const READERS = new Map<string, string>([
  ['os.getenv', 'default'],
  ['os.environ.get', 'default'],
  ['os.environ.setdefault', 'default'],
  ['os.environ.pop', 'default'],
  ['environ.get', 'default'],
  ['decouple.config', 'default'],
]);

/** Objects that are called, or whose methods are, with a variable's name: `config("X")` of Starlette, `env.str("X")` of environs. */
const READER_CLASSES = new Set([
  'starlette.config.Config',
  'environs.Env',
  'decouple.Config',
  'decouple.AutoConfig',
  'environs.EnvReader',
]);

/** The environment read that an expression is, if it is one. */
export function environmentRead(document: PythonDocument, node: Node): EnvironmentRead | undefined {
  if (node.type === 'subscript') return subscriptRead(document, node);
  if (node.type !== 'call') return undefined;
  const callee = node.childForFieldName('function');
  const [first, second] = positional(node);
  const variable = first && plainString(first);
  if (!callee || !variable || !isReader(document, callee)) return undefined;
  const fallback = keywordValue(node, 'default') ?? second;
  return { document, node, variable, ...(fallback && { default: fallback }) };
}

function isReader(document: PythonDocument, callee: Node): boolean {
  const name = document.externalName(callee);
  if (name !== undefined) return READERS.has(name);
  const object = callee.type === 'attribute' ? callee.childForFieldName('object') : callee;
  const value = object && valueFor(document, object);
  const made = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  return made !== null && made !== undefined && READER_CLASSES.has(value?.document.externalName(made) ?? '');
}

function subscriptRead(document: PythonDocument, node: Node): EnvironmentRead | undefined {
  const object = node.childForFieldName('value');
  const key = node.childForFieldName('subscript');
  const variable = key && plainString(key);
  if (!object || !variable || document.externalName(object) !== 'os.environ') return undefined;
  return node.parent?.type === 'assignment' && node.parent.childForFieldName('left')?.id === node.id
    ? undefined
    : { document, node, variable };
}
