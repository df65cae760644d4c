import type { Backend } from '../../../src/backend/backend.ts';
import { classNameAt, hasAttribute, modelIn, relatedClass } from '../../../src/backend/class-names.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { argumentsOf, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const LOADERS =
  /^(joinedload|selectinload|subqueryload|lazyload|noload|raiseload|immediateload|contains_eager|defaultload|defer|undefer|load_only)$/;
const COLUMNS = /^(defer|undefer|load_only)$/;

export default {
  title: 'Name relationships by their class',
  why: 'SQLAlchemy 2.0 takes no strings in loader options and joins, so the first query of this kind fails.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#using-strings-to-indicate-attribute-names-in-loader-options-and-joins',
  catalogue: ['py-string-loader-join'],
  fixes: [
    /Strings are not accepted for attribute names in loader options/,
    /expected ORM mapped attribute for loader strategy argument/,
    /Join target, .* expected, got ['"]/,
    /'Query' object has no attribute 'from_self'/,
  ],
  literals: ['load(', 'load_only', 'defer', 'contains_eager', '.join(', 'outerjoin', 'from_self'],
  detect(document, backend) {
    return onePerFunction(
      document.calls.flatMap((call) => {
        if (LOADERS.test(calledName(document, call) ?? '')) return ofLoader(document, backend, call);
        const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
        if (/^(outer)?join$/.test(method)) return ofJoin(document, backend, call);
        return method === 'from_self' ? ofFromSelf(document, backend, call) : [];
      }),
    );
  },
} satisfies Transform<'python'>;

/** `options(joinedload("posts").selectinload("comments"))`. */
function ofLoader(document: PythonDocument, backend: Backend, head: Node): Draft[] {
  const chain = chainFrom(head, calledName(document, head) ?? '');
  const strings = chain.flatMap(({ call }) => positional(call).filter(isName));
  const [first] = strings;
  if (!first) return [];
  const draft = { subject: `loader ${functionAt(head)}`, at: document.place(first) };
  const message = 'Loader options take no strings since SQLAlchemy 2.0; the attribute of the class is meant.';
  let owner = startOf(document, backend, chain.at(-1)?.call ?? head);
  const edits: Edit[] = [];
  for (const { call, method } of chain) {
    for (const argument of positional(call)) {
      const path = isName(argument) ? (plainString(argument) ?? '').split('.') : [];
      const written =
        path.length > 0 && owner ? pathText(document, backend, argument, owner, path, method) : undefined;
      if (path.length > 0 && !written) {
        const next = 'Write the attribute with its class:  joinedload(User.posts)';
        return [{ ...draft, message, safety: 'report', next }];
      }
      if (written) edits.push({ ...document.place(argument), text: written.text });
      if (!COLUMNS.test(method))
        owner = written ? written.leadsTo : modelIn(kindOf(backend, document, argument)?.of);
    }
  }
  return [{ ...draft, message, edits }];
}

interface Link {
  call: Node;
  method: string;
}

/** A loader and those that are called on it, in their order. */
function chainFrom(head: Node, method: string): Link[] {
  const chain = [{ call: head, method }];
  for (let at: Node = head; ; ) {
    const attribute: Node | null = at.parent;
    const call = attribute?.type === 'attribute' ? attribute.parent : undefined;
    const method = attribute?.childForFieldName('attribute')?.text ?? '';
    if (call?.type !== 'call' || !LOADERS.test(method)) return chain;
    chain.push({ call, method });
    at = call;
  }
}

/** A string that names an attribute; `"*"` means all of them, and is still taken. */
function isName(node: Node): boolean {
  const name = plainString(node);
  return name !== undefined && !name.includes('*');
}

/** The only class that the statement selects, to whose options() the loaders are given. */
function startOf(document: PythonDocument, backend: Backend, chain: Node): PythonClass | undefined {
  const options = chain.parent?.type === 'argument_list' ? chain.parent.parent : undefined;
  const receiver = options && receiverOf(backend, document, options);
  if (receiver?.method !== 'options' || !/^(query|statement)$/.test(receiver.kind.what)) return undefined;
  const [row, ...others] = receiver.kind.rows ?? [];
  return others.length === 0 ? modelIn(row) : undefined;
}

/** `User.posts`, or for `"posts.comments"` `User.posts).joinedload(Post.comments`. */
function pathText(
  document: PythonDocument,
  backend: Backend,
  node: Node,
  start: PythonClass,
  path: readonly string[],
  method: string,
): { text: string; leadsTo: PythonClass | undefined } | undefined {
  const parts: string[] = [];
  let owner: PythonClass | undefined = start;
  for (const name of path) {
    const className: string | undefined = owner && classNameAt(document, node, owner);
    if (!owner || !className || !hasAttribute(owner, name)) return undefined;
    parts.push(`${className}.${name}`);
    owner = relatedClass(backend.kinds, owner, name);
  }
  return { text: parts.join(`).${method}(`), leadsTo: owner };
}

/** `query(User).join("posts")`. */
function ofJoin(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const [first, ...others] = positional(call);
  const receiver = first && isName(first) ? receiverOf(backend, document, call) : undefined;
  if (!first || !receiver || !/^(query|statement)$/.test(receiver.kind.what)) return [];
  const draft = { subject: `${receiver.method} ${functionAt(call)}`, at: document.place(first) };
  const message = `${receiver.method}() takes no strings since SQLAlchemy 2.0; the attribute of the class is meant.`;
  const [row, ...rows] = receiver.kind.rows ?? [];
  const owner = rows.length === 0 && isFirstJoin(receiver.node) ? modelIn(row) : undefined;
  const name = owner && classNameAt(document, first, owner);
  const attribute = plainString(first) ?? '';
  const aliased = argumentsOf(call).some((each) => each.childForFieldName('name')?.text === 'aliased');
  if (!name || !owner || others.length > 0 || aliased || !hasAttribute(owner, attribute)) {
    const next = 'Write the attribute with its class:  join(User.posts)';
    return [{ ...draft, message, safety: 'report', next }];
  }
  return [{ ...draft, message, edits: [{ ...document.place(first), text: `${name}.${attribute}` }] }];
}

/** A string names an attribute of what was joined last; nothing was before `query(…)` or `select(…)`. */
function isFirstJoin(receiver: Node): boolean {
  const callee = receiver.type === 'call' ? receiver.childForFieldName('function') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? callee?.text ?? '';
  if (!callee || /join|from/.test(method)) return false;
  if (/^(query|select)$/.test(method)) return true;
  const object = callee.childForFieldName('object');
  return object !== null && isFirstJoin(object);
}

function ofFromSelf(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  if (receiverOf(backend, document, call)?.kind.what !== 'query') return [];
  const message = 'A query has no from_self() since SQLAlchemy 2.0.';
  const next = 'Select from the subquery:  inner = query.subquery(); session.query(aliased(User, inner))';
  return [
    { subject: `from_self ${functionAt(call)}`, at: document.place(call), message, safety: 'report', next },
  ];
}
