import type { Backend } from '../../../src/backend/backend.ts';
import { type Initialisation, initialisations } from '../../../src/backend/flask-sqlalchemy.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { insertBefore, removeLines } from '../../../src/languages/python/statement-edits.ts';
import {
  children,
  descendants,
  enclosing,
  type Node,
  plainString,
  statementOf,
} from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Initialise Flask-SQLAlchemy once, when it is configured',
  why: 'Flask-SQLAlchemy 3 reads the configuration when it is given the application, and refuses to be given it twice.',
  safety: { unsafe: 'what the moved or removed statement did happens at another moment' },
  since: { 'flask-sqlalchemy': '3.0' },
  docs: 'https://flask-sqlalchemy.readthedocs.io/en/stable/quickstart/#initialize-the-extension',
  catalogue: ['py-flask-sqlalchemy3'],
  fixes: [
    /Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set/,
    /A 'SQLAlchemy' instance has already been registered on this Flask app/,
  ],
  literals: ['SQLAlchemy', 'init_app'],
  detect(document, backend) {
    const because = versionReason(backend, 'flask-sqlalchemy');
    return initialisations(document).flatMap((each) => [
      ...twice(document, backend, each, because),
      ...early(document, each, because),
    ]);
  },
} satisfies Transform<'python'>;

/** `db.init_app(app)` of what `SQLAlchemy(app)` was given already. */
function twice(document: PythonDocument, backend: Backend, one: Initialisation, because: string): Draft[] {
  if (one.how !== 'init_app') return [];
  const first = backend.sources
    .flatMap(initialisations)
    .find(
      (each) =>
        each.how === 'constructor' &&
        each.call.id === one.extension.call.id &&
        each.application.call.id === one.application.call.id,
    );
  if (!first) return [];
  const removal = removeLines(document, statementOf(one.call));
  const base = {
    subject: 'init_app',
    at: document.place(one.call),
    message: `SQLAlchemy(${first.given.text}) has registered itself already, and Flask-SQLAlchemy 3 (${because}) refuses a second time.`,
  };
  const siblings = statementOf(one.call).parent;
  const alone = siblings !== null && siblings.type === 'block' && children(siblings).length === 1;
  return [
    removal && !alone
      ? { ...base, edits: [removal] }
      : { ...base, safety: 'report', next: 'Remove this call.' },
  ];
}

/** `SQLAlchemy(app)` above the lines that set its configuration. */
function early(document: PythonDocument, one: Initialisation, because: string): Draft[] {
  const statement = statementOf(one.call);
  const block = statement.parent;
  if (!block || !isPlainName(one.given)) return [];
  const all = children(block);
  const at = all.findIndex((each) => each.id === statement.id);
  const made = all.findIndex(
    (each) =>
      each.startIndex <= one.application.call.startIndex && one.application.call.endIndex <= each.endIndex,
  );
  const between = made >= 0 ? all.slice(made, at) : undefined;
  if (!between || between.some((each) => mayConfigure(each, one.given.text))) return [];
  const late = all.slice(at + 1).filter((each) => settingOf(each, one.given.text) !== undefined);
  if (!late.some((each) => /^SQLALCHEMY_(DATABASE_URI|BINDS)$/.test(settingOf(each, one.given.text) ?? '')))
    return [];
  const moved = late.filter((each) => settingOf(each, one.given.text)?.startsWith('SQLALCHEMY_'));
  const removals = moved.map((each) => removeLines(document, each));
  const base = {
    subject: 'configuration',
    at: document.place(one.call),
    message: `Flask-SQLAlchemy 3 (${because}) reads SQLALCHEMY_DATABASE_URI here, and it is set further down.`,
  };
  const possible =
    removals.every((each) => each !== undefined) && moved.every((each) => isReady(document, each, statement));
  if (!possible)
    return [
      { ...base, safety: 'report', next: `Set the configuration above ${statement.text.split('\n')[0]}` },
    ];
  return [
    {
      ...base,
      edits: [
        insertBefore(document, statement, moved.map(({ text }) => text).join('\n')),
        ...removals.flatMap((each) => each ?? []),
      ],
    },
  ];
}

function isPlainName(node: Node): boolean {
  return node.type === 'identifier';
}

/** The key of `app.config["KEY"] = …`. */
function settingOf(statement: Node, app: string): string | undefined {
  const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
  const left = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
  const key = left?.type === 'subscript' ? left.childForFieldName('subscript') : undefined;
  return key && left?.childForFieldName('value')?.text === `${app}.config` ? plainString(key) : undefined;
}

/** Anything else that has to do with the configuration, or is given the application, may set it. */
function mayConfigure(statement: Node, app: string): boolean {
  const setting = settingOf(statement, app);
  if (setting !== undefined) return /^SQLALCHEMY_(DATABASE_URI|BINDS)$/.test(setting);
  if (
    descendants(statement, 'attribute').some((each) => each.childForFieldName('attribute')?.text === 'config')
  )
    return true;
  return descendants(statement, 'call').some((call) =>
    descendants(call, 'identifier').some((each) => each.text === app),
  );
}

/** What the value needs is bound above the place that it moves to. */
function isReady(document: PythonDocument, moved: Node, before: Node): boolean {
  const names = document.scopes.references.filter(
    ({ node }) => node.startIndex >= moved.startIndex && node.endIndex <= moved.endIndex,
  );
  return names.every(({ name, scope }) => {
    const bindings = scope.find(name) ?? [];
    return bindings.every(
      ({ node }) => node.endIndex <= before.startIndex || enclosing(node, 'module')?.id !== document.root.id,
    );
  });
}
