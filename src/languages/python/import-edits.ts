import { lineEnding } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { PythonDocument } from './document.ts';
import { indentAt, lineEnd, lineStart } from './layout.ts';
import type { Binding } from './scopes.ts';
import { children, childrenOf, encloses, isDocstring, type Node } from './tree.ts';

/** `from module import name as alias`. The module is absolute. */
export interface WantedImport {
  module: string;
  name: string;
  alias?: string;
}

/** Takes one imported name away. The statement goes with its last name; a block never becomes empty. */
export function removeImported(document: PythonDocument, binding: Binding): Edit[] {
  const names = importedNames(binding.statement);
  const name = names.find((each) => encloses(each, binding.node));
  if (!name) return [];
  if (names.length > 1) return [cut(document, removalFromList(document, names, name))];
  return [removeStatement(document, binding.statement)];
}

/** Imports the same name from another module, under the name it has here. */
export function moveImported(
  document: PythonDocument,
  binding: Binding,
  module: string,
  name: string,
): Edit[] {
  const statement = binding.statement;
  const names = importedNames(statement);
  const alias = aliasFor(binding, name);
  const wanted = { module, name, ...(alias && { alias }) };
  if (!isTopLevel(statement))
    return names.length > 1 ? moveInBlock(document, binding, wanted) : rewrite(document, binding, wanted);
  const elsewhere = fromImports(document).some(
    (each) => each.id !== statement.id && moduleOf(each) === module,
  );
  if (names.length === 1 && !elsewhere) return rewrite(document, binding, wanted);
  return [...removeImported(document, binding), ...addImport(document, wanted)];
}

/** Adds an import at the top of the module, in the list or group where it belongs. Nothing where it is there already. */
export function addImport(document: PythonDocument, wanted: WantedImport): Edit[] {
  const local = wanted.alias ?? wanted.name;
  const same = fromImports(document).filter((each) => moduleOf(each) === wanted.module);
  if (same.some((each) => importedNames(each).some((name) => localName(name) === local))) return [];
  const target = same.find((each) => !hasStar(each));
  return [target ? insertName(document, target, wanted) : insertStatement(document, wanted)];
}

/** Adds several names of one module: where each would get a statement of its own, they share one. */
export function addImports(document: PythonDocument, module: string, names: readonly string[]): Edit[] {
  const edits = names.map((name) => ({ name, added: addImport(document, { module, name }) }));
  const fresh = edits.filter(({ name, added }) => added[0]?.text.includes(`from ${module} import ${name}`));
  const [first, ...rest] = fresh;
  const [edit] = first?.added ?? [];
  if (!first || !edit || rest.length === 0) return edits.flatMap(({ added }) => added);
  const list = fresh.map(({ name }) => name).join(', ');
  const text = edit.text.replace(`import ${first.name}`, `import ${list}`);
  return [{ ...edit, text }, ...edits.filter((each) => !fresh.includes(each)).flatMap(({ added }) => added)];
}

/** Names of an import statement, with their aliases. */
export function importedNames(statement: Node): Node[] {
  return childrenOf(statement, 'name');
}

/** Every from-import at the top level of a module. */
export function fromImports(document: PythonDocument): Node[] {
  return children(document.root).filter((node) => node.type === 'import_from_statement');
}

export function moduleOf(statement: Node): string {
  return statement.childForFieldName('module_name')?.text ?? '';
}

function hasStar(statement: Node): boolean {
  return children(statement).some((child) => child.type === 'wildcard_import');
}

function isTopLevel(statement: Node): boolean {
  return statement.parent?.type === 'module';
}

function localName(name: Node): string {
  return (name.childForFieldName('alias') ?? name).text;
}

function aliasFor(binding: Binding, newName: string): string | undefined {
  return binding.name === newName ? undefined : binding.name;
}

function nameText(wanted: WantedImport): string {
  return wanted.alias && wanted.alias !== wanted.name ? `${wanted.name} as ${wanted.alias}` : wanted.name;
}

function cut(document: PythonDocument, range: { start: number; end: number }): Edit {
  return { file: document.path, ...range, text: '' };
}

/** A name on lines of its own goes with its lines; otherwise with the comma before it, or after it where it is the first. */
function removalFromList(
  document: PythonDocument,
  names: Node[],
  name: Node,
): { start: number; end: number } {
  const { text } = document;
  const at = names.indexOf(name);
  const begin = lineStart(text, name.startIndex);
  const comma = /^[ \t]*,?[ \t]*(#[^\r\n]*)?/.exec(text.slice(name.endIndex))?.[0].length ?? 0;
  const end = lineEnd(text, name.endIndex);
  const alone = text.slice(begin, name.startIndex).trim() === '' && name.endIndex + comma >= end;
  const previous = names[at - 1];
  const remark = text.slice(previous?.endIndex ?? begin, end).includes('#');
  const open = name.parent?.children.some((child) => child?.type === '(' && child.endIndex <= begin);
  if (alone && ((open && remark) || text.slice(begin, end).includes(',')))
    return { start: begin, end: afterLineBreak(text, end) };
  if (previous) return { start: previous.endIndex, end: name.endIndex };
  return { start: name.startIndex, end: names[at + 1]?.startIndex ?? name.endIndex };
}

function removeStatement(document: PythonDocument, statement: Node): Edit {
  const { text } = document;
  const siblings = statement.parent
    ? children(statement.parent).filter((node) => node.type !== 'comment')
    : [];
  if (siblings.length === 1 && !isTopLevel(statement)) {
    return { file: document.path, start: statement.startIndex, end: statement.endIndex, text: 'pass' };
  }
  const begin = lineStart(text, statement.startIndex);
  const end = lineEnd(text, statement.endIndex);
  const before = text.slice(begin, statement.startIndex);
  const after = text.slice(statement.endIndex, end);
  if (before.trim() === '' && /^[ \t\f]*(#.*)?$/.test(after))
    return cut(document, { start: begin, end: afterLineBreak(text, end) });
  const semicolon = /^[ \t]*;[ \t]*/.exec(after);
  if (semicolon)
    return cut(document, { start: statement.startIndex, end: statement.endIndex + semicolon[0].length });
  const leading = /;[ \t]*$/.exec(before)?.[0].length ?? 0;
  return cut(document, { start: statement.startIndex - leading, end: statement.endIndex });
}

function rewrite(document: PythonDocument, binding: Binding, wanted: WantedImport): Edit[] {
  const module = binding.statement.childForFieldName('module_name');
  const name = importedNames(binding.statement)[0];
  if (!module || !name) return [];
  const edits: Edit[] = [{ ...document.place(module), text: wanted.module, imports: wanted.module }];
  if (name.text !== nameText(wanted)) edits.push({ ...document.place(name), text: nameText(wanted) });
  return edits;
}

/** Inside a function or a condition the new import stays beside the old one. */
function moveInBlock(document: PythonDocument, binding: Binding, wanted: WantedImport): Edit[] {
  const statement = binding.statement;
  const line = `from ${wanted.module} import ${nameText(wanted)}${lineEnding(document.text)}${indentAt(document.text, statement.startIndex)}`;
  const at = statement.startIndex;
  return [...removeImported(document, binding), { file: document.path, start: at, end: at, text: line }];
}

type Order = (name: string) => string;

/** isort's default: constants, classes, the rest. */
const byType: Order = (name) => {
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return `0${name}`;
  return /^[A-Z]/.test(name) ? `1${name}` : `2${name}`;
};
const ORDERS: Order[] = [byType, (name) => name.toLowerCase(), (name) => name];

/** The order that a list keeps, or undefined where it keeps none. */
function orderOf(names: string[]): Order | undefined {
  return ORDERS.find((key) => names.every((name, at) => at === 0 || key(names[at - 1] ?? '') <= key(name)));
}

function insertName(document: PythonDocument, statement: Node, wanted: WantedImport): Edit {
  const names = importedNames(statement);
  const order = orderOf(names.map((name) => name.text));
  const next = order && names.find((name) => order(name.text) > order(wanted.name));
  return next
    ? insertBefore(document, names, next, wanted)
    : insertAfterLast(document, statement, names, wanted);
}

function insertBefore(document: PythonDocument, names: Node[], next: Node, wanted: WantedImport): Edit {
  const { text } = document;
  const begin = lineStart(text, next.startIndex);
  const indent = text.slice(begin, next.startIndex);
  const ownLine =
    indent.trim() === '' && names.every((name) => name === next || !sameLine(document, name, next));
  const separator = ownLine ? `,${lineEnding(text)}${indent}` : ', ';
  return {
    file: document.path,
    start: next.startIndex,
    end: next.startIndex,
    text: nameText(wanted) + separator,
  };
}

function insertAfterLast(
  document: PythonDocument,
  statement: Node,
  names: Node[],
  wanted: WantedImport,
): Edit {
  const { text } = document;
  const last = names[names.length - 1];
  const at = last?.endIndex ?? statement.endIndex;
  const begin = last ? lineStart(text, last.startIndex) : 0;
  const indent = last ? text.slice(begin, last.startIndex) : '';
  const ownLine =
    last !== undefined &&
    indent.trim() === '' &&
    names.length > 0 &&
    begin > lineStart(text, statement.startIndex);
  const separator = ownLine ? `,${lineEnding(text)}${indent}` : ', ';
  return { file: document.path, start: at, end: at, text: separator + nameText(wanted) };
}

function sameLine(document: PythonDocument, a: Node, b: Node): boolean {
  return lineStart(document.text, a.startIndex) === lineStart(document.text, b.startIndex);
}

/** A new line in the run of imports of the same package, sorted if they are; else after the last import of the block. */
function insertStatement(document: PythonDocument, wanted: WantedImport): Edit {
  return { ...newStatement(document, wanted), imports: wanted.module };
}

function newStatement(document: PythonDocument, wanted: WantedImport): Edit {
  const { text } = document;
  const line = `from ${wanted.module} import ${nameText(wanted)}`;
  const at = placeForStatement(document, wanted.module);
  const eol = lineEnding(text);
  if (at.before) {
    const start = lineStart(text, at.before.startIndex);
    return { file: document.path, start, end: start, text: line + eol };
  }
  if (at.after) {
    const end = afterLineBreak(text, lineEnd(text, at.after.endIndex));
    const gap = at.apart ? eol : '';
    const open = text[end - 1] !== '\n';
    return {
      file: document.path,
      start: end,
      end,
      text: open ? `${eol}${gap}${line}` : `${gap}${line}${eol}`,
    };
  }
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const first = children(document.root).find((node) => node.type !== 'comment');
  const gap = first && first.type !== 'import_statement' && first.type !== 'import_from_statement' ? eol : '';
  return {
    file: document.path,
    start: afterCookie(text, start),
    end: afterCookie(text, start),
    text: line + eol + gap,
  };
}

interface StatementPlace {
  before?: Node;
  after?: Node;
  apart?: boolean;
}

function placeForStatement(document: PythonDocument, module: string): StatementPlace {
  const all = headImports(document);
  const root = module.split('.')[0];
  const related = all.filter(
    (node) => node.type === 'import_from_statement' && moduleOf(node).split('.')[0] === root,
  );
  const modules = related.map(moduleOf);
  const sorted = modules.every((name, at) => at === 0 || (modules[at - 1] ?? '') <= name);
  const next = sorted ? related.find((node) => moduleOf(node) > module) : undefined;
  if (next) return { before: next };
  const last = related[related.length - 1];
  if (last) return { after: last };
  const absolute = all.filter((node) => !moduleOf(node).startsWith('.') && !isOurs(document, node));
  const neighbour = absolute[absolute.length - 1];
  if (neighbour) return sortedPlace(document, absolute, neighbour, module);
  const local = all.find((node) => node.type !== 'future_import_statement');
  if (local) return { before: local };
  const doc = children(document.root).find((node) => node.type !== 'comment');
  const after = all[all.length - 1] ?? (doc && isDocstring(doc) ? doc : undefined);
  return after ? { after, apart: true } : {};
}

/** In the last group of absolute imports: sorted, if the group is; else behind it. */
function sortedPlace(document: PythonDocument, absolute: Node[], last: Node, module: string): StatementPlace {
  const group = absolute.filter(
    (node) => isFrom(node) && !/\n[ \t\r]*\n/.test(document.text.slice(node.endIndex, last.startIndex)),
  );
  const modules = group.map(moduleOf);
  const sorted = modules.every((name, at) => at === 0 || (modules[at - 1] ?? '') <= name);
  const next = sorted ? group.find((node) => moduleOf(node) > module) : undefined;
  return next ? { before: next } : { after: last };
}

function isFrom(node: Node): boolean {
  return node.type === 'import_from_statement';
}

function isOurs(document: PythonDocument, statement: Node): boolean {
  const module =
    statement.type === 'import_from_statement'
      ? moduleOf(statement)
      : (importedNames(statement)[0]?.text ?? '');
  return document.modules.resolve(document.path, module.split(' ')[0] ?? module).kind !== 'external';
}

/** The imports at the head of a module, before the first statement of another kind. */
function headImports(document: PythonDocument): Node[] {
  const found: Node[] = [];
  for (const node of children(document.root)) {
    if (/^(import|future_import).*_statement$/.test(node.type)) found.push(node);
    else if (node.type !== 'comment' && !isDocstring(node)) break;
  }
  return found;
}

function afterLineBreak(text: string, at: number): number {
  if (text.startsWith('\r\n', at)) return at + 2;
  return at < text.length ? at + 1 : at;
}

/** Behind `#!` and the coding cookie, which must stay in the first two lines. */
function afterCookie(text: string, start: number): number {
  let at = start;
  while (text[at] === '#') at = afterLineBreak(text, lineEnd(text, at));
  return at;
}
