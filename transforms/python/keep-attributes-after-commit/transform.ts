import type { Backend } from '../../../src/backend/backend.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { routesOf } from '../../../src/backend/routes.ts';
import { appendArgument, hasSplat, keywordValue } from '../../../src/languages/python/arguments.ts';
import { mayAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Keep what was loaded after a commit',
  why: 'A commit expires every object of the session; reading one afterwards goes to the database without await: MissingGreenlet.',
  safety: {
    unsafe: 'after a commit objects keep the values they had, also where the database has changed them',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession',
  catalogue: ['py-expire-on-commit-async'],
  fixes: [
    /MissingGreenlet: greenlet_spawn has not been called; can't call await_(only)?\(\) here/,
    /Error extracting attribute: MissingGreenlet/,
  ],
  literals: ['commit'],
  detect(document, backend) {
    return expiredReads(document, backend).flatMap(({ node, made, name }): Draft[] => {
      const option = keywordValue(made.node, 'expire_on_commit');
      if (option?.text === 'False' || hasSplat(made.node) || !takesOptions(made)) return [];
      const message = `${name} is read after the commit in ${whereabouts(node)} (line ${node.startPosition.row + 1} of ${document.path}), and has expired by then.`;
      const edits = option
        ? [{ ...made.document.place(option), text: 'False' }]
        : [appendArgument(made.document, made.node, 'expire_on_commit=False')];
      return [{ subject: subjectOf(made.node), at: made.document.place(made.node), message, edits }];
    });
  },
} satisfies Transform<'python'>;

interface ExpiredRead {
  node: Node;
  name: string;
  /** The call that made the session, or its factory. */
  made: NonNullable<Kind['made']>;
}

/** True of SQLAlchemy's and SQLModel's own factories and sessions, and of the project's classes of them: a function may take no options. */
function takesOptions({ document, node }: NonNullable<Kind['made']>): boolean {
  const callee = node.childForFieldName('function');
  const origin = callee ? document.origin(callee) : undefined;
  if (origin?.kind === 'local') return origin.binding.kind === 'class';
  return origin?.kind === 'external' && /^(sqlalchemy|sqlmodel)\./.test(origin.name);
}

function subjectOf(call: Node): string {
  const left = call.parent?.type === 'assignment' ? call.parent.childForFieldName('left') : undefined;
  return left ? `expire_on_commit of ${left.text}` : `expire_on_commit in ${whereabouts(call)}`;
}

/** The first attribute of a model in each function that is read behind `await session.commit()`, and not refreshed in between. */
function expiredReads(document: PythonDocument, backend: Backend): ExpiredRead[] {
  return document.attributesNamed('commit').flatMap((attribute) => {
    const session = attribute.childForFieldName('object');
    const call = attribute.parent;
    if (!session || call?.parent?.type !== 'await' || !mayAwait(call)) return [];
    const kind = kindOf(backend, document, session);
    const made = kind && madeBy(backend, kind);
    if (kind?.what !== 'async-session' || !made) return [];
    const read = readAfter(document, backend, call);
    return read ? [{ ...read, made }] : [];
  });
}

/** The factory of a session; where only an annotation speaks of it, the only factory that there is. */
function madeBy(backend: Backend, kind: Kind): Kind['made'] {
  if (kind.made) return kind.made;
  const factories = backend.sources
    .filter(({ text }) => /sessionmaker/.test(text))
    .flatMap((document) =>
      document.calls.map((node) => ({ document, node, kind: kindOf(backend, document, node) })),
    )
    .filter(
      (each) => /session-factory$/.test(each.kind?.what ?? '') && each.kind?.made?.node.id === each.node.id,
    );
  const [only, ...others] = factories;
  return only && others.length === 0 && only.kind?.what === 'async-session-factory' ? only : undefined;
}

/** `user.name`, or `return user` of a route, further down in the same block. */
function readAfter(
  document: PythonDocument,
  backend: Backend,
  commit: Node,
): Pick<ExpiredRead, 'node' | 'name'> | undefined {
  const statement = enclosing(commit, 'expression_statement');
  const block = statement?.parent;
  if (!block) return undefined;
  const refreshed = new Set(refreshes(document, commit, block));
  for (const { node, scope } of document.scopes.references) {
    if (node.startIndex < commit.endIndex || node.endIndex > block.endIndex || scope.kind === 'comprehension')
      continue;
    const isUsed = isRead(node) || isAnswer(document, node);
    if (refreshed.has(node.text) || !isUsed || isBoundAgain(document, node, commit)) continue;
    const kind = kindOf(backend, document, node);
    if (kind?.what === 'model' && !isHeld(document, node, commit)) return { node, name: readName(node) };
  }
  return undefined;
}

function readName(node: Node): string {
  return node.parent?.type === 'attribute' ? node.parent.text : node.text;
}

/** An attribute that is read. What is returned as it is may be read by FastAPI, or may not. */
function isRead(node: Node): boolean {
  const { parent } = node;
  if (parent?.type !== 'attribute' || parent.childForFieldName('object')?.id !== node.id) return false;
  if (/^(__\w+__|awaitable_attrs|model_\w+)$/.test(parent.childForFieldName('attribute')?.text ?? ''))
    return false;
  const outer = parent.parent;
  return !(outer?.type === 'assignment' && outer.childForFieldName('left')?.id === parent.id);
}

/** What a route with a `response_model` returns: FastAPI reads each of the model's fields off it. */
function isAnswer(document: PythonDocument, node: Node): boolean {
  if (node.parent?.type !== 'return_statement') return false;
  const around = enclosing(node, 'function_definition', 'lambda');
  const route = routesOf(document).find(({ definition }) => definition.id === around?.id);
  const model = route && keywordValue(route.call, 'response_model');
  return model !== undefined && model.type !== 'none';
}

/** Names that `await session.refresh(name)` reads again behind the commit. */
function refreshes(document: PythonDocument, commit: Node, block: Node): string[] {
  return document.attributesNamed('refresh').flatMap((attribute) => {
    const call = attribute.parent?.type === 'call' ? attribute.parent : undefined;
    const inside = call && call.startIndex > commit.endIndex && call.endIndex <= block.endIndex;
    const argument = call?.childForFieldName('arguments')?.namedChildren[0];
    return inside && argument ? [argument.text] : [];
  });
}

/** True where the name has got another object since. */
function isBoundAgain(document: PythonDocument, node: Node, commit: Node): boolean {
  return document.bindings.some(
    (binding) =>
      binding.name === node.text &&
      binding.node.startIndex > commit.endIndex &&
      binding.node.startIndex < node.startIndex,
  );
}

/** `expunge(user)`, and a rollback or another commit, change what is known of it. */
function isHeld(document: PythonDocument, node: Node, commit: Node): boolean {
  return ['expunge', 'expunge_all', 'make_transient'].some((name) =>
    document
      .referencesNamed(name)
      .map((reference) => reference.node)
      .concat(document.attributesNamed(name))
      .some(
        (each) =>
          each.startIndex < node.startIndex &&
          enclosing(each, 'function_definition')?.id === enclosing(commit, 'function_definition')?.id,
      ),
  );
}
