import { applyEdits } from '../files/source-file.ts';
import { argumentsOf } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { indentAt } from '../languages/python/layout.ts';
import { dirname, join } from '../languages/python/modules.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { children, enclosing, type Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';

/** Another way to write the same program, or with `shadowed` one that only looks the same. */
export const REWRITES = [
  'alias',
  'module attribute',
  're-export',
  'multi-line',
  'type checking',
  'shadowed',
] as const;
export type Rewrite = (typeof REWRITES)[number];

/** Names of these packages are rewritten; the rest of a sample stays. */
const PACKAGES =
  /^(sqlalchemy|sqlmodel|fastapi|starlette|flask|flask_sqlalchemy|pydantic|pydantic_settings|celery|os|alembic|uvicorn)(\.|$)/;

/**
 * Rewrites one document. Returns the texts of the files that are new or changed, by path, or undefined where the rewrite has
 * nothing to work on in this document.
 */
export function rewritten(document: PythonDocument, rewrite: Rewrite): Map<string, string> | undefined {
  if (document.problem) return undefined;
  const writer = WRITERS[rewrite];
  const { edits, files } = writer(document);
  if (edits.length === 0) return undefined;
  return new Map([...files, [document.path, applyEdits(document.text, edits)]]);
}

interface Written {
  edits: Edit[];
  files: [string, string][];
}

const WRITERS: Record<Rewrite, (document: PythonDocument) => Written> = {
  alias: (document) => only(importsOf(document).flatMap((each) => aliased(document, each))),
  'module attribute': moduleAttribute,
  're-export': reExport,
  'multi-line': (document) => only(document.calls.flatMap((call) => spread(document, call))),
  'type checking': typeChecking,
  shadowed,
};

function only(edits: Edit[]): Written {
  return { edits, files: [] };
}

/** Names imported at the top of the module from the packages above, without an alias, and used. */
function importsOf(document: PythonDocument): Binding[] {
  return document.topBindings.filter((binding) => {
    const top = binding.kind === 'from-import' && binding.statement.parent?.type === 'module';
    const plain = binding.name === binding.imported && PACKAGES.test(binding.module ?? '');
    const single = document.scopes.module.bindings.get(binding.name)?.length === 1;
    return top && plain && single && document.usesOf(binding).length > 0;
  });
}

function replaceUses(document: PythonDocument, binding: Binding, text: string): Edit[] {
  return document.usesOf(binding).map(({ node }) => ({ ...document.place(node), text }));
}

function aliased(document: PythonDocument, binding: Binding): Edit[] {
  const alias = `their_${binding.name}`;
  const end = binding.node.endIndex;
  return [
    { file: document.path, start: end, end, text: ` as ${alias}` },
    ...replaceUses(document, binding, alias),
  ];
}

/** `import a.b` above each statement whose names are then written `a.b.name`. */
function moduleAttribute(document: PythonDocument): Written {
  const whole = wholeStatements(document);
  const edits = whole.flatMap(({ statement, bindings }) => [
    { ...document.place(statement), text: `import ${bindings[0]?.module}` },
    ...bindings.flatMap((binding) => replaceUses(document, binding, `${binding.module}.${binding.name}`)),
  ]);
  return only(edits);
}

/** The statements move into a module of their own, and their names come from there. */
function reExport(document: PythonDocument): Written {
  const whole = wholeStatements(document);
  const folder = dirname(document.path);
  const own = document.path.slice(document.path.lastIndexOf('/') + 1).replace('.py', '');
  const file = join(folder, `reexported_${own}.py`);
  const module = document.modules.moduleName(file);
  const edits = whole.map(({ statement, bindings }) => ({
    ...document.place(statement),
    text: `from ${module} import ${bindings.map(({ name }) => name).join(', ')}`,
  }));
  const text = whole.map(({ statement }) => `${statement.text}\n`).join('');
  return { edits, files: edits.length > 0 ? [[file, text]] : [] };
}

/** Import statements of which every name can be rewritten. */
function wholeStatements(document: PythonDocument): { statement: Node; bindings: Binding[] }[] {
  const groups = new Map<number, { statement: Node; bindings: Binding[] }>();
  for (const binding of importsOf(document)) {
    const group = groups.get(binding.statement.id) ?? { statement: binding.statement, bindings: [] };
    group.bindings.push(binding);
    groups.set(binding.statement.id, group);
  }
  return [...groups.values()].filter(
    ({ statement, bindings }) => statement.childrenForFieldName('name').length === bindings.length,
  );
}

/** `f(a, b)` over several lines. Calls inside calls stay, so that no two edits meet. */
function spread(document: PythonDocument, call: Node): Edit[] {
  const list = call.childForFieldName('arguments');
  const all = argumentsOf(call);
  const [first] = all;
  const outer = call.parent ? enclosing(call.parent, 'call', 'interpolation') : undefined;
  if (!list || !first || outer || list.text.includes('\n') || children(list).length !== all.length) return [];
  const indent = indentAt(document.text, call.startIndex);
  const insert = (at: number, text: string) => ({ file: document.path, start: at, end: at, text });
  return [
    insert(list.startIndex + 1, `\n${indent}    `),
    ...all.slice(1).map((each) => insert(each.startIndex, `\n${indent}    `)),
    insert(list.endIndex - 1, `,\n${indent}`),
  ].filter((edit) => !list.text.trimEnd().endsWith(',)') || edit.text[0] !== ',');
}

/** Names that only annotations use come behind `if TYPE_CHECKING`. */
function typeChecking(document: PythonDocument): Written {
  if (document.text.includes('TYPE_CHECKING')) return only([]);
  const plain = importsOf(document).filter((binding) =>
    document.usesOf(binding).every(({ node }) => enclosing(node, 'type') !== undefined),
  );
  const statements = new Map(plain.map((binding) => [binding.statement.id, binding.statement]));
  return only([...statements.values()].map((statement) => guarded(document, statement, plain)));
}

function guarded(document: PythonDocument, statement: Node, plain: Binding[]): Edit {
  const module = statement.childForFieldName('module_name')?.text;
  const moved = plain.filter((binding) => binding.statement.id === statement.id).map(({ name }) => name);
  const names = statement.childrenForFieldName('name').flatMap((name) => (name ? [name.text] : []));
  const kept = names.filter((name) => !moved.includes(name));
  const first = kept.length > 0 ? `from ${module} import ${kept.join(', ')}\n` : '';
  const text = `${first}from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ${module} import ${moved.join(', ')}`;
  return { ...document.place(statement), text };
}

/** A function or class of the file's own has the name that was imported. */
function shadowed(document: PythonDocument): Written {
  const whole = wholeStatements(document);
  const edits = whole.map(({ statement, bindings }) => ({
    ...document.place(statement),
    text: bindings.map(({ name }) => definitionOf(name)).join('\n'),
  }));
  return only(edits);
}

function definitionOf(name: string): string {
  return /^[A-Z]/.test(name) ? `class ${name}:\n    pass\n` : `def ${name}(*args, **kwargs):\n    pass\n`;
}
