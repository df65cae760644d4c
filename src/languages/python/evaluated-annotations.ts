import type { PythonDocument } from './document.ts';
import type { Reference } from './scope.ts';
import { wholeDefinition } from './statement-edits.ts';
import { descendants, enclosing, type Node } from './tree.ts';

/** An annotation that Python evaluates when it runs the statement around it. */
export interface Annotation {
  /** The expression. */
  node: Node;
  /** The function, class field or variable that it belongs to. */
  statement: Node;
}

/** Annotations of a file that are evaluated without `from __future__ import annotations`: all but those of variables inside functions. */
export function annotationsOf(document: PythonDocument): Annotation[] {
  return descendants(document.root, 'type').flatMap((type) => {
    const node = type.namedChildren[0];
    const owner = type.parent;
    if (!node || !owner || enclosing(owner, 'type')) return [];
    const definition = enclosing(owner, 'function_definition', 'class_definition', 'lambda');
    const isOfFunction = definition?.type === 'function_definition' && isInHead(definition, type);
    if (isOfFunction) return [{ node, statement: wholeDefinition(definition) }];
    if (owner.type !== 'assignment' || (definition && definition.type !== 'class_definition')) return [];
    return [{ node, statement: owner }];
  });
}

/** Parameters and what it returns, not its body. */
function isInHead(definition: Node, node: Node): boolean {
  const body = definition.childForFieldName('body');
  return !body || node.endIndex <= body.startIndex;
}

/**
 * True where the name of a reference is bound when Python comes to a statement: by a builtin, or by something above it that is not
 * under `if TYPE_CHECKING`. Inside of a function that may run at any time, everything of the module counts.
 */
export function isBoundBefore(reference: Reference, statement: Node): boolean {
  const bindings = reference.scope.find(reference.name);
  if (!bindings) return true;
  const later = enclosing(statement.parent ?? statement, 'function_definition', 'lambda') !== undefined;
  return bindings.some(({ node, statement: binder, guards, kind }) => {
    if (guards.some((guard) => guard.kind === 'if' && /TYPE_CHECKING/.test(guard.test.text))) return false;
    const whole = kind === 'class' || kind === 'function' ? wholeDefinition(binder).endIndex : node.endIndex;
    return later || whole <= statement.startIndex;
  });
}
