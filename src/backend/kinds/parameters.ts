import { parametersOf } from '../../languages/python/calls.ts';
import { classAround, classOf, decoratorsOf, receiverName } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Binding } from '../../languages/python/scope.ts';
import { enclosing, type Node } from '../../languages/python/tree.ts';
import { annotatedKind, dependencyKind, instanceOfClass } from './annotations.ts';
import { callerKinds } from './callers.ts';
import { type Kind, merged } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { classKind } from './models.ts';

/** What a parameter is: the instance, what its dependency gives, what it is annotated with, or what all callers pass. */
export function parameterKind(kinds: Kinds, document: PythonDocument, binding: Binding): Kind | undefined {
  const definition = enclosing(binding.node, 'function_definition', 'lambda');
  if (!definition) return undefined;
  const self =
    definition.type === 'function_definition' ? selfKind(kinds, document, definition, binding) : undefined;
  if (self) return self;
  const parameter = parametersOf(definition).find(({ name }) => name === binding.name);
  if (!parameter || parameter.style === 'rest' || parameter.style === 'keywords') return undefined;
  const injected = parameter.default && dependencyKind(kinds, document, parameter.default);
  if (injected) return injected;
  const declared = parameter.annotation && annotatedKind(kinds, document, parameter.annotation);
  if (declared && declared.what !== 'none') return declared;
  if (parameter.annotation) return undefined;
  return merged(callerKinds(kinds, document, definition, binding.name));
}

/** `self` and `cls`. */
function selfKind(
  kinds: Kinds,
  document: PythonDocument,
  definition: Node,
  binding: Binding,
): Kind | undefined {
  const owner = classAround(definition);
  if (!owner || receiverName(definition) !== binding.name) return undefined;
  const first = parametersOf(definition)[0]?.node;
  if (first && enclosing(binding.node, first.type)?.id !== first.id) return undefined;
  const kind = classKind(kinds, document, owner);
  const isClass =
    decoratorsOf(definition).some(({ text }) => text === 'classmethod') ||
    definition.childForFieldName('name')?.text === '__new__';
  if (isClass) return kind;
  return instanceOfClass(kind) ?? { what: 'instance', class: classOf(document, owner) };
}
