import { versionReason } from '../../../src/backend/package-version.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const OPTION = 'SQLALCHEMY_COMMIT_ON_TEARDOWN';

export default {
  title: 'Commit where something was written',
  why: 'Flask-SQLAlchemy 3 takes no notice of SQLALCHEMY_COMMIT_ON_TEARDOWN: what a request writes is rolled back, and nothing says so.',
  safety: 'report',
  since: { 'flask-sqlalchemy': '3.0' },
  docs: 'https://flask-sqlalchemy.readthedocs.io/en/stable/changes/#version-3-0-0',
  catalogue: ['py-flask-sqlalchemy3'],
  literals: [OPTION],
  detect(document, backend) {
    if (!backend.requires('flask-sqlalchemy')) return [];
    const because = versionReason(backend, 'flask-sqlalchemy');
    const [first] = settings(document);
    return first ? [draft(document, first, because)] : [];
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, node: Node, because: string): Draft {
  return {
    subject: OPTION,
    at: document.place(node),
    message: `Flask-SQLAlchemy 3 (${because}) ignores ${OPTION}: what is not committed is lost when the request ends.`,
    next: 'Call db.session.commit() in each place that writes, then take the option away.',
  };
}

/** `SQLALCHEMY_COMMIT_ON_TEARDOWN = True` of a class or module, and `app.config["…"] = True`. */
function settings(document: PythonDocument): Node[] {
  return descendants(document.root, 'assignment').filter((assignment) => {
    const left = assignment.childForFieldName('left');
    const key = left?.type === 'subscript' ? left.childForFieldName('subscript') : undefined;
    const named = left?.type === 'identifier' ? left.text === OPTION : key && plainString(key) === OPTION;
    return named && assignment.childForFieldName('right')?.text === 'True';
  });
}
