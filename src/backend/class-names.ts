import { isSameClass, membersOf, type PythonClass } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Kind } from './kinds/kind.ts';
import type { Kinds } from './kinds/kinds.ts';
import { relationshipOf } from './kinds/models.ts';

/** What a class is called at a node, or undefined where its name is not there or means something else. */
export function classNameAt(document: PythonDocument, node: Node, one: PythonClass): string | undefined {
  for (let scope = scopeAt(document, node); ; ) {
    for (const [name, bindings] of scope.bindings) {
      const [binding] = bindings;
      if (!binding || bindings.length > 1 || scopeAt(document, node).find(name) !== bindings) continue;
      const origin = scope.kind === 'module' ? document.exported(name) : undefined;
      if (origin?.kind !== 'local' || origin.binding.kind !== 'class') continue;
      const found = { document: origin.document, definition: origin.binding.statement, name };
      if (isSameClass(found, one)) return name;
    }
    if (!scope.parent) return undefined;
    scope = scope.parent;
  }
}

/** True where a mapped class, or one that it inherits from, has an attribute of that name. */
export function hasAttribute(one: PythonClass, name: string): boolean {
  return membersOf(one, name).length > 0;
}

/** The class that a relationship of a mapped class leads to. */
export function relatedClass(kinds: Kinds, one: PythonClass, name: string): PythonClass | undefined {
  return modelIn(relationshipOf(kinds, one, name)?.of);
}

/** The class of a model, or of what a list holds. */
export function modelIn(kind: Kind | undefined): PythonClass | undefined {
  if (kind?.what === 'list') return modelIn(kind.of);
  return kind?.what === 'model' ? kind.class : undefined;
}
