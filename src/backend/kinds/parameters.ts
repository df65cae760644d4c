import { argumentFor, bindingOf, parametersOf } from '../../languages/python/calls.ts';
import { classAround, classOf, decoratorsOf, receiverName } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Binding } from '../../languages/python/scope.ts';
import { enclosing, type Node } from '../../languages/python/tree.ts';
import { referencesAcross } from '../references.ts';
import { annotatedKind, dependencyKind, instanceOfClass } from './annotations.ts';
import { transparent } from './functions.ts';
import { type Kind, merged, NONE } from './kind.ts';
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
  const given = callerKinds(kinds, document, definition, binding.name);
  return given.length > 0 ? merged(given) : undefined;
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

const MOST_CALLERS = 200;

/** What each caller passes. An unknown among them where one cannot be read, or the function is handed on to who knows whom. */
function callerKinds(
  kinds: Kinds,
  document: PythonDocument,
  definition: Node,
  name: string,
): (Kind | undefined)[] {
  if (definition.type !== 'function_definition' || !transparent(document, definition)) return [];
  const binding = bindingOf(document, definition);
  if (!binding) return [];
  const owner = classAround(definition);
  const parameters = parametersOf(definition);
  if (owner && binding.name !== '__init__') return [];
  const target = owner ? bindingOf(document, owner) : binding;
  if (!target) return [];
  const uses = referencesAcross(kinds.backend.sources, document, target);
  if (uses.length > MOST_CALLERS) return [undefined];
  return uses.flatMap((use): (Kind | undefined)[] => {
    const { parent } = use.node;
    if (
      enclosing(use.node, 'type') ||
      (owner && parent?.type === 'argument_list' && parent.parent?.type === 'class_definition')
    )
      return owner && !enclosing(use.node, 'type') ? [undefined] : [];
    const call =
      parent?.type === 'call' && parent.childForFieldName('function')?.id === use.node.id
        ? parent
        : undefined;
    if (!call) return [handedOn(kinds, use.document, use.node, parameters[0]?.name === name)];
    const argument = argumentFor(call, parameters, name, owner !== undefined);
    if (argument === 'default') return [NONE];
    return [argument && kinds.of(use.document, argument)];
  });
}

/** `await session.run_sync(f)` calls f with the synchronous session. */
function handedOn(kinds: Kinds, document: PythonDocument, node: Node, first: boolean): Kind | undefined {
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  const callee = call?.type === 'call' ? call.childForFieldName('function') : undefined;
  if (!callee || !first || callee.childForFieldName('attribute')?.text !== 'run_sync') return undefined;
  const object = callee.childForFieldName('object');
  const receiver = object ? kinds.of(document, object) : undefined;
  if (receiver?.what === 'async-session') return { what: 'session' };
  return receiver?.what === 'async-connection' ? { what: 'connection' } : undefined;
}
