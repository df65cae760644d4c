import type { Application } from '../../../src/backend/applications.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { errorOfImport } from '../../../src/backend/import-errors.ts';
import { moduleFor } from '../../../src/backend/import-for.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { keyword, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { indentAt, lineEnd } from '../../../src/languages/python/layout.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import {
  descendants,
  enclosing,
  type Node,
  plainString,
  statementOf,
} from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const ROUTERS = new Set(['fastapi.APIRouter', 'fastapi.routing.APIRouter']);
const HTTP = /^(get|post|put|patch|delete|head|options|api_route|websocket)$/;

export default {
  title: 'Register the router with the application',
  why: 'The router has routes and no application includes it: each of them answers 404.',
  safety: { unsafe: 'routes that nothing served until now become reachable' },
  docs: 'https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-the-apirouters-for-users-and-items',
  tasks: ['T031', 'T032', 'T040', 'T044'],
  literals: ['APIRouter'],
  detect(document, backend) {
    const { application } = backend;
    if (!application || isTest(document.path)) return [];
    return routersOf(document)
      .filter((binding) => hasRoutes(document, binding))
      .filter((binding) => namesOf(document, binding).every((name) => isUsedNowhere(backend, document, name)))
      .filter(() => !isCommentedOut(backend, document))
      .flatMap((binding) => draft(document, application, binding));
  },
} satisfies Transform<'python'>;

function routersOf(document: PythonDocument): Binding[] {
  return document.topBindings.filter((binding) => {
    const callee = binding.value?.type === 'call' ? binding.value.childForFieldName('function') : undefined;
    return (
      binding.kind === 'assignment' &&
      callee !== null &&
      callee !== undefined &&
      ROUTERS.has(document.externalName(callee) ?? '')
    );
  });
}

/** The router by each of its names: `users_router = r = APIRouter()`. */
function namesOf(document: PythonDocument, binding: Binding): Binding[] {
  return boundIn(document, statementOf(binding.node));
}

function boundIn(document: PythonDocument, statement: Node): Binding[] {
  return document.topBindings.filter(({ node }) => statementOf(node).id === statement.id);
}

function hasRoutes(document: PythonDocument, binding: Binding): boolean {
  return referencesAcross([document], document, binding).some(
    ({ node }) =>
      enclosing(node, 'decorator') && HTTP.test(node.parent?.childForFieldName('attribute')?.text ?? ''),
  );
}

/** Not included, not passed on, not exported by a package: what a package exports may be registered in a way that we do not know. */
function isUsedNowhere(backend: Backend, document: PythonDocument, binding: Binding): boolean {
  const uses = referencesAcross(backend.documents, document, binding);
  if (!uses.every(({ document: user, node }) => user.path === document.path && enclosing(node, 'decorator')))
    return false;
  const module = document.modules.moduleName(document.path).split('.').at(-1) ?? '';
  return !mayIncludeAny(backend) && !importedByName(backend, document, binding.name) && module !== '';
}

const known = new WeakMap<Backend, boolean>();

/** True where modules are imported by names that the code makes up, or a router is included that may be any. */
function mayIncludeAny(backend: Backend): boolean {
  const answer =
    known.get(backend) ??
    (backend.sources.some(({ text }) => /import_module|pkgutil|iter_modules|__import__/.test(text)) ||
      includesUnknown(backend));
  known.set(backend, answer);
  return answer;
}

/** A router that is included and cannot be followed to where it is made may be any of them. */
function includesUnknown(backend: Backend): boolean {
  return backend.sources
    .filter((document) => document.text.includes('include_router'))
    .some((document) =>
      document.calls.some((call) => {
        const included =
          call.childForFieldName('function')?.childForFieldName('attribute')?.text === 'include_router';
        const router = included ? (keywordValue(call, 'router') ?? positional(call)[0]) : undefined;
        return router !== undefined && document.origin(router).kind !== 'local';
      }),
    );
}

/** `# app.include_router(chat.router)`: somebody took it out on purpose. */
function isCommentedOut(backend: Backend, document: PythonDocument): boolean {
  const module = document.path.slice(document.path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return backend.sources
    .filter(({ text }) => /#.*include_router/.test(text))
    .some((each) =>
      descendants(each.root, 'comment').some(
        ({ text }) => text.includes('include_router') && text.includes(module),
      ),
    );
}

function importedByName(backend: Backend, owner: PythonDocument, name: string): boolean {
  return backend.documents
    .filter((document) => document.isPackage && document.text.includes(name))
    .some((document) =>
      document.topBindings.some((each) => {
        if (each.kind !== 'from-import' || each.imported !== name) return false;
        const target = document.modules.resolve(document.path, each.module ?? '');
        return target.kind === 'project' && target.document.path === owner.path;
      }),
    );
}

function draft(document: PythonDocument, application: Application, binding: Binding): Draft[] {
  const entry = application.callDocument;
  const base = { subject: binding.name, at: document.place(binding.node) };
  const message = `${binding.name} of ${document.path} is included nowhere.`;
  const error = errorOfImport(document);
  if (error) {
    const next = `${document.path} raises ${error} when it is imported: repair that first, then include the router.`;
    return [{ ...base, message, safety: 'report', next }];
  }
  const place = placeIn(entry, application);
  const prefix = prefixFor(document, binding, place?.neighbours ?? []);
  if (!place || prefix === undefined) {
    const next = `Include it: ${place?.name ?? 'app'}.include_router(${binding.name}, prefix=…)`;
    return [{ ...base, message: `${message} Where its routes belong cannot be told.`, safety: 'note', next }];
  }
  if (areServed(application, routesOf(document, binding, prefix))) return [];
  const module = moduleOf(entry, document, binding);
  const options = [
    ...(prefix ? [`prefix="${prefix}"`] : []),
    ...tagsFor(document, binding, place.neighbours),
  ];
  const call = `${place.name}.include_router(${[module.router, ...options].join(', ')})`;
  const after =
    [place.after, ...(module.imported ? [module.imported] : [])].sort(
      (a, b) => b.startIndex - a.startIndex,
    )[0] ?? place.after;
  const end = lineEnd(entry.text, after.endIndex);
  const text = `${lineEnding(entry.text)}${indentAt(entry.text, after.startIndex)}${call}`;
  const told = prefix ? `${message} Its routes are put below ${prefix}.` : message;
  return [{ ...base, message: told, edits: [{ file: entry.path, start: end, end, text }, ...module.edits] }];
}

/** The routes of a router or an application, as `get /users/me`; undefined for a path that is no plain string. */
function routesOf(document: PythonDocument, binding: Binding, prefix: string): (string | undefined)[] {
  const own = binding.value && text(keywordValue(binding.value, 'prefix'));
  return referencesAcross([document], document, binding).flatMap(({ node }) => {
    const method = node.parent?.childForFieldName('attribute')?.text ?? '';
    const call = enclosing(node, 'call');
    if (!call || !enclosing(node, 'decorator') || !HTTP.test(method)) return [];
    const written = keywordValue(call, 'path') ?? positional(call)[0];
    const path = written && plainString(written);
    return [path === undefined ? undefined : `${method} ${prefix}${own}${path}`];
  });
}

/** True where the application answers for every one of the routes by itself: included, they would only stand before its own. */
function areServed({ call, callDocument }: Application, routes: (string | undefined)[]): boolean {
  const names = boundIn(callDocument, statementOf(call));
  const served = names.flatMap((binding) => routesOf(callDocument, binding, ''));
  return routes.every((route) => route !== undefined && served.includes(route));
}

interface PlaceInEntry {
  name: string;
  after: Node;
  /** Calls of include_router on the same application. */
  neighbours: Node[];
}

/** Behind the last include_router of the application, or behind the application itself. */
function placeIn(entry: PythonDocument, application: Application): PlaceInEntry | undefined {
  const name =
    application.call.parent?.type === 'assignment'
      ? application.call.parent.childForFieldName('left')?.text
      : undefined;
  if (!name) return undefined;
  const neighbours = entry.calls.filter(
    (call) => call.childForFieldName('function')?.text === `${name}.include_router`,
  );
  const last = neighbours.at(-1);
  return { name, after: statementOf(last ?? application.call), neighbours };
}

/** How the entry calls the router: by a name that it has for it or for its module, or by a new import of the module. */
function moduleOf(
  entry: PythonDocument,
  document: PythonDocument,
  binding: Binding,
): { router: string; edits: Edit[]; imported?: Node } {
  for (const local of entry.scopes.module.bindings.keys()) {
    const origin = entry.exported(local);
    if (origin.kind === 'module' && origin.document.path === document.path)
      return { router: `${local}.${binding.name}`, edits: [], ...importOf(entry, local) };
    if (
      origin.kind === 'local' &&
      origin.binding.node.id === binding.node.id &&
      origin.document.path === document.path
    ) {
      return { router: local, edits: [], ...importOf(entry, local) };
    }
  }
  const path = moduleFor(entry, document);
  const parent = path.replace(/[^.]+$/, '');
  const name = path.slice(parent.length);
  const alias = entry.scopes.module.bindings.has(name) ? `${name}_router` : undefined;
  if (parent === '')
    return {
      router: alias ?? binding.name,
      edits: addImport(entry, { module: name, name: binding.name, ...(alias && { alias }) }),
    };
  const module = /^\.+$/.test(parent) ? parent : parent.slice(0, -1);
  return {
    router: `${alias ?? name}.${binding.name}`,
    edits: addImport(entry, { module, name, ...(alias && { alias }) }),
  };
}

/** The statement at the top of the module that a name comes from: the call has to stand behind it. */
function importOf(entry: PythonDocument, local: string): { imported?: Node } {
  const statement = entry.scopes.module.bindings.get(local)?.[0]?.statement;
  return statement?.parent?.type === 'module' ? { imported: statement } : {};
}

/**
 * Where the routes belong: the router's own prefix counts; else the neighbours' pattern (`/api/books` for books.py); else, for a
 * module in a folder `api` or the like, its path. Undefined where the neighbours follow no pattern.
 */
function prefixFor(document: PythonDocument, binding: Binding, neighbours: Node[]): string | undefined {
  if (binding.value && keyword(binding.value, 'prefix')) return '';
  const name = document.path.slice(document.path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  const prefixes = neighbours.map((call) => ({
    module: moduleNameOf(call),
    prefix: text(keywordValue(call, 'prefix')),
  }));
  const [first] = prefixes;
  if (!first) return conventional(document, name);
  if (prefixes.every(({ prefix }) => prefix === '')) return '';
  const base = first.prefix.slice(0, first.prefix.lastIndexOf('/'));
  const pattern = prefixes.every(({ module, prefix }) => prefix === `${base}/${module}`);
  if (pattern) return `${base}/${name}`;
  return prefixes.every(({ prefix }) => prefix === first.prefix) ? first.prefix : undefined;
}

function moduleNameOf(call: Node): string {
  const router = positional(call)[0];
  return router?.childForFieldName('object')?.text.split('.').at(-1) ?? router?.text ?? '';
}

/** `src/api/auth.py` is `/api/auth`, `app/api/v1/users.py` is `/api/v1/users`, `routers/books.py` is `/books`. */
function conventional(document: PythonDocument, name: string): string {
  const folders = document.path.split('/').slice(0, -1);
  const kept = folders.filter((folder) => /^(api|v\d+)$/.test(folder));
  return `/${[...kept, name].join('/')}`;
}

function tagsFor(document: PythonDocument, binding: Binding, neighbours: Node[]): string[] {
  const own = binding.value && keyword(binding.value, 'tags');
  const tagged = neighbours.length === 0 || neighbours.some((call) => keyword(call, 'tags'));
  const name = document.path.slice(document.path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return own || !tagged ? [] : [`tags=["${name}"]`];
}

function text(node: Node | undefined): string {
  return (node && plainString(node)) ?? '';
}
