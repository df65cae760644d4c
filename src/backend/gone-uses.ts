import { methodsOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { children, descendants, enclosing, type Node } from '../languages/python/tree.ts';
import { GONE_FROM, GONE_WORDS, type Gone, goneForGood, goneSince } from './gone-names.ts';
import { isForSomeVersions } from './version-checks.ts';

export interface GoneUse extends Gone {
  /** Dotted, as the release that had it calls it. */
  name: string;
  node: Node;
  /** True where importing the module needs it; false where a function does. */
  atImport: boolean;
  /** Where the name is there, and refused: what is done with it, as the beginning of a sentence. */
  refused?: string;
}

const found = new WeakMap<PythonDocument, GoneUse[]>();

/** Where a file takes names that a later release of their package no longer has, and is not ready to do without them. */
export function goneUses(document: PythonDocument): GoneUse[] {
  const known = found.get(document) ?? findUses(document);
  found.set(document, known);
  return known;
}

const MENTIONS = /\b(sqlalchemy|alembic|pydantic|flask_sqlalchemy|sqlalchemy_utils|sqlmodel|zope)\b/;

function findUses(document: PythonDocument): GoneUse[] {
  if (!MENTIONS.test(document.text) || document.isPython2) return [];
  return [
    ...imports(document),
    ...stars(document),
    ...attributes(document),
    ...mapperCalls(document),
    ...bareRootValidators(document),
    ...oldFieldTypes(document),
  ];
}

function imports(document: PythonDocument): GoneUse[] {
  return document.bindings.flatMap(({ kind, module = '', imported, node, guards }) => {
    if (kind !== 'import' && kind !== 'from-import') return [];
    if (!isOfPackage(document, module) || guards.some((guard) => guard.kind !== 'loop')) return [];
    return useOf(imported === undefined ? module : `${module}.${imported}`, node);
  });
}

/** `from sqlalchemy.interfaces import *`. */
function stars(document: PythonDocument): GoneUse[] {
  return document.scopes.stars.flatMap(({ module, statement }) =>
    isOfPackage(document, module) && !enclosing(statement, 'try_statement', 'if_statement')
      ? useOf(module, statement)
      : [],
  );
}

/** `sqlalchemy.util.text_type`, once for each name. */
function attributes(document: PythonDocument): GoneUse[] {
  const uses = new Map<string, GoneUse>();
  for (const node of document.attributes) {
    if (!GONE_WORDS.has(node.childForFieldName('attribute')?.text ?? '')) continue;
    const name = document.externalName(node);
    if (name === undefined || !GONE_FROM.test(name) || isInsideGone(name)) continue;
    const [use] = useOf(name, node);
    if (!use || isAskedFor(node) || isForSomeVersions(document, node, use.package)) continue;
    const earlier = uses.get(name);
    if (!earlier || (use.atImport && !earlier.atImport)) uses.set(name, use);
  }
  return [...uses.values()];
}

/** `mapper(User, users)`: SQLAlchemy 2.0 has the name, and a function that raises InvalidRequestError. */
function mapperCalls(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('mapper')) return [];
  const calls = document.calls.filter(
    (call) =>
      document.externalName(call.childForFieldName('function') ?? call) === 'sqlalchemy.orm.mapper' &&
      !isAskedFor(call) &&
      !isForSomeVersions(document, call, 'sqlalchemy'),
  );
  const node = calls.find(isAtImport) ?? calls[0];
  if (!node) return [];
  const refused = 'sqlalchemy.orm.mapper() is refused';
  const name = 'sqlalchemy.orm.mapper';
  return [{ package: 'sqlalchemy', since: '2.0', name, node, atImport: isAtImport(node), refused }];
}

/** `@root_validator` without arguments: pydantic 2 raises PydanticUserError when the class is made. */
function bareRootValidators(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('root_validator')) return [];
  const name = 'pydantic.root_validator';
  const node = descendants(document.root, 'decorator')
    .map((decorator) => decorator.namedChildren[0])
    .find(
      (each) => each && /^(identifier|attribute)$/.test(each.type) && document.externalName(each) === name,
    );
  if (!node || isAskedFor(node) || isForSomeVersions(document, node, 'pydantic')) return [];
  const refused = '@root_validator without skip_on_failure=True is refused';
  return [{ package: 'pydantic', since: '2', name, node, atImport: isAtImport(node), refused }];
}

const SCHEMA_OF_2 = /^__get_pydantic_(core|json)_schema__$/;

/** A type with `__modify_schema__` that a field has: pydantic 2 raises PydanticUserError when the class with the field is made. */
function oldFieldTypes(document: PythonDocument): GoneUse[] {
  if (!document.text.includes('__modify_schema__')) return [];
  const refused = '__modify_schema__ without __get_pydantic_json_schema__ is refused';
  const name = 'pydantic.__modify_schema__';
  return descendants(document.root, 'class_definition').flatMap((definition): GoneUse[] => {
    const methods = methodsOf(definition).map((each) => each.childForFieldName('name')?.text ?? '');
    if (!methods.includes('__modify_schema__') || methods.some((each) => SCHEMA_OF_2.test(each))) return [];
    const binding = document.bindings.find(
      ({ kind, statement }) => kind === 'class' && statement.id === definition.id,
    );
    const node = binding && document.usesOf(binding).find((use) => isTypeOfField(use.node))?.node;
    return node ? [{ package: 'pydantic', since: '2', name, node, atImport: isAtImport(node), refused }] : [];
  });
}

/** `id: ObjectId` in the body of a class. */
function isTypeOfField(node: Node): boolean {
  const statement = enclosing(node, 'type') && enclosing(node, 'assignment', 'parameter', 'typed_parameter');
  return statement?.type === 'assignment' && statement.parent?.parent?.parent?.type === 'class_definition';
}

/** `pypostgresql.dialect`, where all of `pypostgresql` is gone: said of its import. */
function isInsideGone(name: string): boolean {
  return goneSince(name.slice(0, name.lastIndexOf('.'))) !== undefined;
}

function useOf(name: string, node: Node): GoneUse[] {
  const gone = goneForGood(name);
  return gone ? [{ ...gone, name, node, atImport: isAtImport(node) }] : [];
}

function isAtImport(node: Node): boolean {
  return !enclosing(node, 'function_definition', 'lambda');
}

function isOfPackage(document: PythonDocument, module: string): boolean {
  return GONE_FROM.test(module) && document.modules.resolve(document.path, module).kind === 'external';
}

/** Where the name may be missing, and the code is ready for that: `except AttributeError:`, `if version < "1.4":`, `if hasattr(…):`, `if getattr(…):`. */
export function isAskedFor(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'try_statement' && children(at).some(catchesMissingNames)) return true;
    if (
      at.type === 'if_statement' &&
      /version|(has|get)attr/i.test(at.childForFieldName('condition')?.text ?? '')
    )
      return true;
  }
  return false;
}

function catchesMissingNames(clause: Node): boolean {
  const [caught] = clause.type === 'except_clause' ? clause.namedChildren : [];
  return caught !== undefined && (caught?.type === 'block' || /\bAttributeError\b/.test(caught?.text ?? ''));
}
