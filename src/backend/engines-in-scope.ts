import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Binding, Scope } from '../languages/python/scopes.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { kindOf } from './kinds.ts';

/** A name that stands for an engine. */
export interface EngineInScope {
  name: string;
  async: boolean;
}

/** The engines that can be named at a node: of its function and those around it, of its module, and imported ones. */
export function enginesInScope(backend: Backend, document: PythonDocument, node: Node): EngineInScope[] {
  const found = new Map<string, EngineInScope>();
  for (let scope: Scope | undefined = scopeAt(document, node); scope; scope = scope.parent) {
    if (scope.kind === 'class' && scope.node.id !== scopeAt(document, node).node.id) continue;
    for (const [name, bindings] of scope.bindings) {
      const [binding] = bindings;
      if (found.has(name) || !binding || !isBoundBefore(binding, node)) continue;
      const what = engineKind(backend, document, binding);
      if (what) found.set(name, { name, async: what === 'async-engine' });
    }
  }
  return [...found.values()];
}

/** Of the module itself, what is bound further down is not there yet; in a function it is. */
function isBoundBefore(binding: Binding, node: Node): boolean {
  return binding.node.startIndex < node.startIndex || binding.scope.kind !== 'module' || isInFunction(node);
}

function isInFunction(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (at.type === 'function_definition') return true;
  return false;
}

function engineKind(backend: Backend, document: PythonDocument, binding: Binding): string | undefined {
  if (binding.kind === 'from-import') {
    const origin = document.exported(binding.name);
    return origin.kind === 'local' && binding.scope.kind === 'module'
      ? engineKind(backend, origin.document, origin.binding)
      : undefined;
  }
  if (!/^(assignment|parameter|target)$/.test(binding.kind)) return undefined;
  const what = kindOf(backend, document, binding.value ?? binding.node)?.what;
  return what === 'engine' || what === 'async-engine' ? what : undefined;
}
