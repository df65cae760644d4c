import type { Backend } from '../../../src/backend/backend.ts';
import { isInAsyncFunction } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { relationshipOf } from '../../../src/backend/kinds/models.ts';
import { type Kind, kindOf } from '../../../src/backend/kinds.ts';
import { type ReadBySchema, readBySchemas, readsField } from '../../../src/backend/read-by-schema.ts';
import { parametersOf } from '../../../src/backend/routes.ts';
import { together } from '../../../src/backend/together.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import {
  classAt,
  isSameClass,
  lineageOf,
  ownMembers,
  type PythonClass,
} from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Load relationships that are read with the query',
  why: 'A relationship that was not loaded goes to the database when it is read, which an async session cannot do: MissingGreenlet.',
  safety: { unsafe: 'the query loads the relationship too, with one more SELECT' },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession',
  catalogue: ['py-missinggreenlet-lazy'],
  fixes: [
    /MissingGreenlet: greenlet_spawn has not been called; can't call await_(only)?\(\) here/,
    /Error extracting attribute: MissingGreenlet/,
  ],
  literals: [
    'select',
    '.get(',
    '.get_one(',
    '.query(',
    'scalar',
    'model_validate',
    'from_orm',
    'router',
    'app',
  ],
  detect(document, backend) {
    // A test's one session has everything in memory that it wrote before.
    if (isTest(document.path)) return [];
    return together([
      ...document.attributes.flatMap((node) => draft(document, backend, node) ?? []),
      ...readBySchemas(document).flatMap((read) => draftsOfSchema(document, backend, read)),
    ]);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, node: Node): Draft | undefined {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('attribute')?.text ?? '';
  const owner = object && isInAsyncFunction(node) ? kindOf(backend, document, object) : undefined;
  if (!object || owner?.what !== 'model' || owner.session?.what !== 'async-session' || !owner.class)
    return undefined;
  const lazy = lazyOf(backend, owner.class, name);
  if (!lazy || !owner.loads || owner.loads.includes(name) || isWritten(node)) return undefined;
  if (isLoadedOtherwise(document, node, object, name)) return undefined;
  const read = `${object.text}.${name}`;
  const base = {
    subject: `${owner.class.name}.${name} in ${whereabouts(node)}`,
    at: document.place(node),
    message: `${read} was not loaded with ${object.text}: reading it goes to the database without await.`,
  };
  const edits = lazy === 'dynamic' ? undefined : loadedBySelect(owner, name);
  if (edits) return { ...base, edits };
  const next = `Add selectinload(${owner.class.name}.${name}) to the query, or read it with await ${object.text}.awaitable_attrs.${name}.`;
  return { ...base, safety: 'report', next };
}

/** `select` or `dynamic`, of a relationship that goes to the database when it is read. */
function lazyOf(backend: Backend, model: PythonClass, name: string): string | undefined {
  const relationship = relationshipOf(backend.kinds, model, name);
  const lazy = relationship && (relationship.lazy ?? 'select');
  return lazy && /^(select|dynamic)$/.test(lazy) ? lazy : undefined;
}

/** The relationships that the fields of a schema read off an object, or off each of a list, when the function has no session to wait for. */
function draftsOfSchema(document: PythonDocument, backend: Backend, { node, schema }: ReadBySchema): Draft[] {
  const kind = isInAsyncFunction(node) ? kindOf(backend, document, node) : undefined;
  const owner = kind?.what === 'list' ? kind.of : kind;
  const model = owner?.what === 'model' && owner.session?.what === 'async-session' ? owner.class : undefined;
  const { loads } = owner ?? {};
  if (!owner || !model || !loads) return [];
  const names = new Set(lineageOf(schema).classes.flatMap((each) => [...ownMembers(each).keys()]));
  return [...names].flatMap((name): Draft[] => {
    const lazy = readsField(schema, name) && !loads.includes(name) && lazyOf(backend, model, name);
    if (!lazy || isLoadedOtherwise(document, node, node, name) || isTouched(document, node, name)) return [];
    if (isInHand(document, node, relationshipOf(backend.kinds, model, name)?.of)) return [];
    const base = {
      subject: `${model.name}.${name} in ${whereabouts(node)}`,
      at: document.place(node),
      message: `${schema.name} reads ${name} of ${model.name}, which was not loaded with it: that goes to the database without await.`,
    };
    const edits = lazy === 'dynamic' ? undefined : loadedBySelect(owner, name);
    const next = `Load it with the query: options(selectinload(${model.name}.${name})), or options=[…] of session.get.`;
    return [edits ? { ...base, edits } : { ...base, safety: 'report', next }];
  });
}

/** True where the function is given an object of the class that a relationship leads to: what the session has is not loaded again. */
function isInHand(document: PythonDocument, node: Node, to: Kind | undefined): boolean {
  const one = to?.what === 'model' ? to.class : undefined;
  const definition = enclosing(node, 'function_definition');
  if (!one || !definition) return false;
  return parametersOf(definition)
    .flatMap(({ annotation }) => (annotation ? [annotation, ...descendants(annotation, 'identifier')] : []))
    .map((each) => classAt(document, each))
    .some((each) => each !== undefined && isSameClass(each, one));
}

/** `user.posts = []`, or `len(user.posts)` that has a finding of its own, in the same function. */
function isTouched(document: PythonDocument, node: Node, name: string): boolean {
  const around = enclosing(node, 'function_definition')?.id;
  return document
    .attributesNamed(name)
    .some(
      (each) =>
        enclosing(each, 'function_definition')?.id === around &&
        each.childForFieldName('object')?.text === node.text,
    );
}

/** `user.posts = […]` and `user.posts.append(…)` of a new object. Writing reads the old value as well, but not of an object that is new. */
function isWritten(node: Node): boolean {
  const { parent } = node;
  return parent?.type === 'assignment' && parent.childForFieldName('left')?.id === node.id;
}

/** `await session.refresh(user, ["posts"])` or `await user.awaitable_attrs.posts` in the same function. */
function isLoadedOtherwise(document: PythonDocument, node: Node, object: Node, name: string): boolean {
  const around = enclosing(node, 'function_definition')?.id;
  const inSame = (each: Node) => enclosing(each, 'function_definition')?.id === around;
  const refreshed = document.attributesNamed('refresh').some((each) => {
    const list = each.parent?.type === 'call' ? each.parent.childForFieldName('arguments') : undefined;
    return inSame(each) && list !== null && list !== undefined && list.namedChildren[0]?.text === object.text;
  });
  const awaited = document.attributesNamed(name).some((each) => {
    const on = each.childForFieldName('object');
    return inSame(each) && on?.childForFieldName('attribute')?.text === 'awaitable_attrs';
  });
  return refreshed || awaited;
}

/** `.options(selectinload(User.posts))` behind the `select(User)` that the object was read with. */
function loadedBySelect({ selected, relationship }: Kind, name: string): Edit[] | undefined {
  if (!selected || relationship) return undefined;
  const { document, node } = selected;
  const [model] = node.childForFieldName('arguments')?.namedChildren ?? [];
  const bound = scopeAt(document, node).find('selectinload');
  const isTheirs = bound?.every((binding) =>
    /^sqlalchemy\.orm\.(\w+\.)*selectinload$/.test(document.externalName(binding.node) ?? ''),
  );
  if (!model || isTheirs === false) return undefined;
  const end = node.endIndex;
  const option = `.options(selectinload(${model.text}.${name}))`;
  return [
    { file: document.path, start: end, end, text: option },
    ...(bound ? [] : addImport(document, { module: 'sqlalchemy.orm', name: 'selectinload' })),
  ];
}
