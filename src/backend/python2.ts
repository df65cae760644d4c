import { posix } from 'node:path';
import type { PythonDocument } from '../languages/python/document.ts';
import { dirname, join } from '../languages/python/modules.ts';
import { descendants, plainString } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';

/** The first release of a package that does not run on Python 2, from the Requires-Python of its distributions. */
const PYTHON_3: Readonly<Record<string, string>> = {
  sqlalchemy: '2.0',
  pydantic: '2',
  'flask-sqlalchemy': '3.0',
  starlette: '0',
  fastapi: '0',
};

/** Modules of the standard library that Python 3 called otherwise (docs.python.org/3/whatsnew/3.0.html, PEP 3108). */
const RENAMED = new Set(
  'ConfigParser Cookie HTMLParser Queue SocketServer StringIO __builtin__ cPickle cStringIO commands cookielib httplib urllib2 urlparse xmlrpclib'.split(
    ' ',
  ),
);

const NAMED = new RegExp(`\\b(${[...RENAMED].join('|')})\\b`);

const CLASSIFIER = 'Programming Language :: Python :: ';

const known = new WeakMap<Backend, boolean>();

/** The first release of a package that a backend cannot be given, since all of the backend is Python 2; undefined where it may have any. */
export function firstBeyondPython2(backend: Backend, name: string): string | undefined {
  const version = PYTHON_3[name];
  if (version === undefined) return undefined;
  const isOld = known.get(backend) ?? isPython2(backend);
  known.set(backend, isOld);
  return isOld ? version : undefined;
}

/** A program by itself may be old; a module of a package that Python 3 refuses keeps the package from being imported. */
function isPython2(backend: Backend): boolean {
  const modules = backend.sources.filter(({ path }) =>
    backend.workspace.has(join(dirname(path), '__init__.py')),
  );
  return saysPython2(backend) || modules.some((document) => document.isPython2 || hasImports(document));
}

/** `import urllib2` that nothing asks for first. */
function hasImports(document: PythonDocument): boolean {
  if (!NAMED.test(document.text)) return false;
  return document.topBindings.some(({ name, module, guards }) => {
    if (module === undefined || !RENAMED.has(module) || guards.length > 0) return false;
    const origin = document.exported(name);
    return origin.kind === 'external';
  });
}

/** The classifiers of a setup.py that name releases of Python 2 and none of Python 3. */
function saysPython2(backend: Backend): boolean {
  const document = backend.pythonDocument(posix.join(backend.facts.root, 'setup.py'));
  if (!document?.text.includes(CLASSIFIER)) return false;
  const all = descendants(document.root, 'string').map((node) => plainString(node) ?? '');
  const versions = all
    .filter((text) => text.startsWith(CLASSIFIER))
    .map((text) => text.slice(CLASSIFIER.length));
  return versions.some((text) => text.startsWith('2')) && !versions.some((text) => text.startsWith('3'));
}
