import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';

/** Modules from which the public names of SQLAlchemy's core and mapper are imported; none gives one of them another meaning. */
const HOMES = new Set([
  'sqlalchemy',
  'sqlalchemy.engine',
  'sqlalchemy.engine.reflection',
  'sqlalchemy.engine.url',
  'sqlalchemy.ext.asyncio',
  'sqlalchemy.future',
  'sqlalchemy.inspection',
  'sqlalchemy.orm',
  'sqlalchemy.orm.strategy_options',
  'sqlalchemy.pool',
  'sqlalchemy.schema',
  'sqlalchemy.sql',
  'sqlalchemy.sql.expression',
  'sqlalchemy.sql.schema',
  'sqlmodel',
]);

/** What SQLAlchemy calls an expression, `select` or `MetaData`, wherever it was imported from; undefined for everything else. */
export function sqlalchemyName(document: PythonDocument, node: Node): string | undefined {
  if (node.type !== 'identifier' && node.type !== 'attribute') return undefined;
  const origin = document.origin(node);
  if (origin.kind === 'external') {
    const dot = origin.name.lastIndexOf('.');
    return HOMES.has(origin.name.slice(0, dot)) ? origin.name.slice(dot + 1) : undefined;
  }
  const starred = origin.kind === 'star' && origin.modules.every((module) => HOMES.has(module));
  return starred ? origin.name : undefined;
}

/** The same of what a call calls. */
export function calledName(document: PythonDocument, call: Node): string | undefined {
  const callee = call.type === 'call' ? call.childForFieldName('function') : null;
  return callee ? sqlalchemyName(document, callee) : undefined;
}
