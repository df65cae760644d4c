import type { PythonDocument } from '../languages/python/document.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import { GONE_FROM, GONE_WORDS, type Gone, goneForGood, goneSince } from './gone-names.ts';
import { isAtImport, isReady } from './import-time.ts';
import { refusedUses } from './refused-uses.ts';

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
  return [...imports(document), ...stars(document), ...attributes(document), ...refusedUses(document)];
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
    if (!use || isReady(document, node, use.package)) continue;
    const earlier = uses.get(name);
    if (!earlier || (use.atImport && !earlier.atImport)) uses.set(name, use);
  }
  return [...uses.values()];
}

/** `pypostgresql.dialect`, where all of `pypostgresql` is gone: said of its import. */
function isInsideGone(name: string): boolean {
  return goneSince(name.slice(0, name.lastIndexOf('.'))) !== undefined;
}

function useOf(name: string, node: Node): GoneUse[] {
  const gone = goneForGood(name);
  return gone ? [{ ...gone, name, node, atImport: isAtImport(node) }] : [];
}

function isOfPackage(document: PythonDocument, module: string): boolean {
  return GONE_FROM.test(module) && document.modules.resolve(document.path, module).kind === 'external';
}
