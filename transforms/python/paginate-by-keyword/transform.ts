import type { Backend } from '../../../src/backend/backend.ts';
import { extensionAt } from '../../../src/backend/flask-sqlalchemy.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { mayBeFrom, versionReason } from '../../../src/backend/package-version.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import { basesOf, classAt, lineageOf, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** The parameters of Flask-SQLAlchemy 2's Query.paginate, in their order. */
const PARAMETERS = ['page', 'per_page', 'error_out', 'max_per_page'];

export default {
  title: 'Give paginate its arguments by name',
  why: 'paginate of Flask-SQLAlchemy 3 takes keywords only, so the first page that is asked for fails.',
  safety: 'safe',
  docs: 'https://flask-sqlalchemy.readthedocs.io/en/stable/changes/#version-3-0-0',
  catalogue: ['py-flask-sqlalchemy3'],
  fixes: [/\.paginate\(\) takes \d positional arguments? but \d (positional arguments .*)?were given/],
  literals: ['paginate'],
  detect(document, backend) {
    if (!mayBeFrom(backend, 'flask-sqlalchemy', '3.0') || !backend.requires('flask-sqlalchemy')) return [];
    return document.calls.flatMap((call) => draft(document, backend, call) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const receiver = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!receiver || callee?.childForFieldName('attribute')?.text !== 'paginate') return undefined;
  const ofExtension = extensionAt(document, receiver) !== undefined;
  if (!ofExtension && !isQuery(document, backend, receiver)) return undefined;
  // db.paginate(select(…), …) takes the statement first.
  const given = argumentsOf(call).slice(ofExtension ? 1 : 0);
  const bare = given.filter(({ type }) => !/^(keyword_argument|dictionary_splat|list_splat)$/.test(type));
  if (bare.length === 0 || bare.length > PARAMETERS.length || given.some(({ type }) => type === 'list_splat'))
    return undefined;
  const where = enclosing(call, 'function_definition')?.childForFieldName('name')?.text ?? 'module';
  return {
    subject: `${receiver.text.replace(/\s+/g, ' ').slice(0, 60)} in ${where}`,
    at: document.place(call),
    message: `paginate of Flask-SQLAlchemy 3 (${versionReason(backend, 'flask-sqlalchemy')}) takes its arguments by name.`,
    edits: bare.map((node, at) => ({
      file: document.path,
      start: node.startIndex,
      end: node.startIndex,
      text: `${PARAMETERS[at]}=`,
    })),
  };
}

/** `User.query…`, `db.session.query(User)…`: a chain of methods that begins at a query. */
function isQuery(document: PythonDocument, backend: Backend, node: Node): boolean {
  if (kindOf(backend, document, node)?.what === 'query') return true;
  const object =
    node.type === 'call' ? node.childForFieldName('function')?.childForFieldName('object') : undefined;
  if (object) return isQuery(document, backend, object);
  const owner = node.type === 'attribute' ? node.childForFieldName('object') : undefined;
  const one =
    owner && node.childForFieldName('attribute')?.text === 'query' ? classAt(document, owner) : undefined;
  return one !== undefined && lineageOf(one).classes.some(isFlaskModel);
}

/** `class User(db.Model)`. */
function isFlaskModel(one: PythonClass): boolean {
  return basesOf(one.definition).some((base) => {
    const object =
      base.type === 'attribute' && base.childForFieldName('attribute')?.text === 'Model'
        ? base.childForFieldName('object')
        : undefined;
    return object ? extensionAt(one.document, object) !== undefined : false;
  });
}
