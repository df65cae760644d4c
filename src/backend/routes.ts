import type { PythonDocument } from '../languages/python/document.ts';
import { decoratorNodes } from '../languages/python/statement-edits.ts';
import { children, descendants, type Node } from '../languages/python/tree.ts';
import { applicationFor, frameworkOf } from './applications.ts';
import { valueFor } from './values.ts';

const ROUTERS = new Set(['fastapi.APIRouter', 'fastapi.routing.APIRouter']);
const METHODS = /^(get|post|put|patch|delete|options|head|trace|api_route|websocket)$/;
const DEPENDS = new Set([
  'fastapi.Depends',
  'fastapi.Security',
  'fastapi.param_functions.Depends',
  'fastapi.params.Depends',
]);

/** A function that FastAPI calls for a path. */
export interface Route {
  definition: Node;
  /** The call in its decorator: `app.get("/", …)`. */
  call: Node;
}

/** Functions below `@app.get(…)` or `@router.post(…)` of an application or router of FastAPI. */
export function routesOf(document: PythonDocument): Route[] {
  return descendants(document.root, 'function_definition').flatMap((definition) =>
    decoratorNodes(definition).flatMap((decorator) => {
      const call = decorator.namedChildren[0];
      return call?.type === 'call' && isRouteCall(document, call) ? [{ definition, call }] : [];
    }),
  );
}

function isRouteCall(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!object || !METHODS.test(callee?.childForFieldName('attribute')?.text ?? '')) return false;
  return isRouter(document, object);
}

/** True for an application of FastAPI and for an APIRouter. */
function isRouter(document: PythonDocument, node: Node): boolean {
  if (applicationFor(document, node)) return frameworkOf(document, node) === 'fastapi';
  const value = valueFor(document, node);
  const callee = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  return callee
    ? ROUTERS.has(value?.document.externalName(callee) ?? '')
    : frameworkOf(document, node) === 'fastapi';
}

/** True for a call of FastAPI's `Depends` or `Security`. */
export function isDepends(document: PythonDocument, call: Node): boolean {
  const callee = call.type === 'call' ? call.childForFieldName('function') : undefined;
  return callee ? DEPENDS.has(document.externalName(callee) ?? '') : false;
}

/** A parameter of a function with its parts; `*args`, `**kwargs`, `/` and `*` are left out. */
export interface Parameter {
  node: Node;
  name: string;
  /** The expression of the annotation. */
  annotation?: Node;
  value?: Node;
}

export function parametersOf(definition: Node): Parameter[] {
  const list = definition.childForFieldName('parameters');
  return (list ? children(list) : []).flatMap((node) => {
    const name =
      node.type === 'identifier' ? node : (node.childForFieldName('name') ?? node.namedChildren[0]);
    if (!/^(identifier|typed_parameter|default_parameter|typed_default_parameter)$/.test(node.type))
      return [];
    if (name?.type !== 'identifier') return [];
    const annotation = node.childForFieldName('type')?.namedChildren[0];
    const value = node.childForFieldName('value');
    return [{ node, name: name.text, ...(annotation && { annotation }), ...(value && { value }) }];
  });
}
