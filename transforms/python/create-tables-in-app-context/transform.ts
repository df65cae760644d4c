import { applicationFor } from '../../../src/backend/applications.ts';
import { extensionCalls, hasContext } from '../../../src/backend/flask-sqlalchemy.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { keyword, keywordValue, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Create the tables inside of the application context',
  why: 'Flask-SQLAlchemy 3 asks the application context for the database, and outside of one it raises RuntimeError.',
  safety: 'safe',
  since: { 'flask-sqlalchemy': '3.0' },
  docs: 'https://flask-sqlalchemy.readthedocs.io/en/stable/contexts/',
  catalogue: ['py-flask-sqlalchemy3'],
  fixes: [
    /Working outside of application context/,
    /(create|drop)_all\(\) got an unexpected keyword argument 'app'/,
  ],
  literals: ['create_all', 'drop_all'],
  detect(document, backend) {
    const because = versionReason(backend, 'flask-sqlalchemy');
    return extensionCalls(document, ['create_all', 'drop_all']).flatMap(
      ({ call, method }) => draft(document, call, method, because) ?? [],
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, call: Node, method: string, because: string): Draft | undefined {
  const given = keywordValue(call, 'app');
  const inside = hasContext(document, call);
  if (!given && (inside || !isOutside(document, call))) return undefined;
  const app = given?.text ?? applicationName(document, call);
  const where = enclosing(call, 'function_definition')?.childForFieldName('name')?.text ?? 'module';
  const edits = app && /^[\w.]+$/.test(app) ? editsFor(document, call, app, inside) : undefined;
  const what = given ? `takes no app any more` : 'wants an application context, and there is none here';
  return {
    subject: `${method} ${where}`,
    at: document.place(call),
    message: `${method} of Flask-SQLAlchemy 3 (${because}) ${what}.`,
    ...(edits
      ? { edits }
      : { safety: 'report' as const, next: `Call it in a block:  with app.app_context(): …` }),
  };
}

/** Code of a module, and of the function that makes the application, runs before there is any context. */
function isOutside(document: PythonDocument, call: Node): boolean {
  const definition = enclosing(call, 'function_definition', 'lambda', 'class_definition');
  if (!definition) return true;
  return (
    definition.type === 'function_definition' &&
    applicationName(document, call) !== undefined &&
    makesApplication(document, definition)
  );
}

function makesApplication(document: PythonDocument, definition: Node): boolean {
  return document.calls.some((call) => {
    const own = enclosing(call, 'function_definition', 'lambda')?.id === definition.id;
    const made = own ? applicationFor(document, call) : undefined;
    return made?.framework === 'flask' && made.call.id === call.id;
  });
}

/** The name in reach that is a Flask application; undefined where there are several. */
function applicationName(document: PythonDocument, node: Node): string | undefined {
  const scope = scopeAt(document, node);
  const own = [...scope.bindings.values(), ...document.scopes.module.bindings.values()].flatMap(
    ([binding, other]) => {
      if (!binding || other || !scope.find(binding.name)?.includes(binding)) return [];
      return applicationFor(document, binding.node)?.framework === 'flask' ? [binding.name] : [];
    },
  );
  const [only, another] = [...new Set(own)];
  return another ? undefined : only;
}

/** The statement below a `with` of its own; undefined where it shares its line or is part of an expression. */
function editsFor(document: PythonDocument, call: Node, app: string, inside: boolean): Edit[] | undefined {
  const { text, path } = document;
  const statement = call.parent?.type === 'expression_statement' ? call.parent : undefined;
  const start = statement && lineStart(text, statement.startIndex);
  if (!statement || start === undefined || text.slice(start, statement.startIndex).trim() !== '')
    return undefined;
  const argument = keyword(call, 'app');
  const removed = argument ? [removeArgument(document, call, argument)] : [];
  if (inside) return removed;
  if (statement.text.includes('\n')) return undefined;
  const indent = indentAt(text, statement.startIndex);
  const head = `with ${app}.app_context():${lineEnding(text)}${indent}${indentUnit(text)}`;
  return [{ file: path, start: statement.startIndex, end: statement.startIndex, text: head }, ...removed];
}
