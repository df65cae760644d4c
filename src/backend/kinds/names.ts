import type { PythonDocument } from '../../languages/python/document.ts';
import { reachingBindings } from '../../languages/python/flow.ts';
import { type Origin, originsOf, originsOfBinding } from '../../languages/python/origin.ts';
import type { Binding } from '../../languages/python/scope.ts';
import { children, enclosing, isAsync, type Node } from '../../languages/python/tree.ts';
import { homeOf, meantName } from '../names.ts';
import { annotatedKind } from './annotations.ts';
import { enteredKind, itemKind } from './expressions.ts';
import { type Kind, merged } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { classKind } from './models.ts';
import { parameterKind } from './parameters.ts';
import { columnOf } from './rules.ts';

/** What a name is where it stands: what all the bindings agree on that may have given it its value. */
export function nameKind(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const meant = meantKind(document, node);
  if (meant) return meant;
  const bindings = reachingBindings(document, node);
  return bindings
    ? merged(boundKinds(kinds, document, bindings))
    : merged(originKinds(kinds, originsOf(document, node)));
}

/** A name of the database that is imported from where it is not, or not at all: what its author meant. */
function meantKind(document: PythonDocument, node: Node): Kind | undefined {
  const meant = meantName(document, node);
  return meant && meant.via !== 'real'
    ? { what: 'external', name: `${homeOf(meant.name)}.${meant.name}` }
    : undefined;
}

/** What each binding gives: an import what it leads to, and `del` nothing. */
function* boundKinds(
  kinds: Kinds,
  document: PythonDocument,
  bindings: readonly Binding[],
): Iterable<Kind | undefined> {
  for (const binding of bindings) {
    if (binding.kind === 'import' || binding.kind === 'from-import')
      yield* originKinds(kinds, originsOfBinding(document, binding));
    else if (binding.kind !== 'deleted') yield bindingKind(kinds, document, binding);
  }
}

export function* originKinds(kinds: Kinds, origins: readonly Origin[]): Iterable<Kind | undefined> {
  for (const origin of origins) yield originKind(kinds, origin);
}

function originKind(kinds: Kinds, origin: Origin): Kind | undefined {
  switch (origin.kind) {
    case 'external':
      return { what: 'external', name: origin.name };
    case 'builtin':
      return { what: 'external', name: `builtins.${origin.name}` };
    case 'module':
      return { what: 'module', document: origin.document };
    case 'local':
      return bindingKind(kinds, origin.document, origin.binding);
    default:
      return undefined;
  }
}

/** What one binding gives its name. */
export function bindingKind(kinds: Kinds, document: PythonDocument, binding: Binding): Kind | undefined {
  switch (binding.kind) {
    case 'function':
      return { what: 'function', document, definition: binding.statement };
    case 'class':
      return classKind(kinds, document, binding.statement);
    case 'parameter':
      return parameterKind(kinds, document, binding);
    case 'declared':
      return binding.annotation && annotatedKind(kinds, document, binding.annotation);
    case 'assignment':
      return assignedKind(kinds, document, binding);
    case 'target':
      return targetKind(kinds, document, binding);
    default:
      return undefined;
  }
}

/** Where an annotation and a value say different things, nothing is known. */
export function assignedKind(
  kinds: Kinds,
  document: PythonDocument,
  { value, annotation }: { value?: Node; annotation?: Node },
): Kind | undefined {
  const declared = annotation && annotatedKind(kinds, document, annotation);
  const given = value && kinds.of(document, value);
  return agreed(declared, given);
}

/** Two sources of which one may be silent: what they say, or undefined where they contradict each other. The second says more. */
export function agreed(declared: Kind | undefined, given: Kind | undefined): Kind | undefined {
  if (!declared) return given;
  if (!given || given.what === 'none' || given.what === 'pending') return declared;
  return declared.what === given.what ? { ...declared, ...given } : undefined;
}

/** A name bound by `with`, `for`, unpacking. */
function targetKind(kinds: Kinds, document: PythonDocument, binding: Binding): Kind | undefined {
  const { statement, node } = binding;
  switch (statement.type) {
    case 'as_pattern':
      return withKind(kinds, document, statement, node);
    case 'for_statement':
    case 'for_in_clause': {
      const right = statement.childForFieldName('right');
      const item = right ? itemKind(kinds.of(document, right)) : undefined;
      return unpacked(kinds, document, statement.childForFieldName('left'), node, item);
    }
    case 'assignment': {
      const right = statement.childForFieldName('right');
      const left = statement.childForFieldName('left');
      return right ? unpacked(kinds, document, left, node, kinds.of(document, right), right) : undefined;
    }
    default:
      return undefined;
  }
}

function withKind(kinds: Kinds, document: PythonDocument, pattern: Node, node: Node): Kind | undefined {
  const item = pattern.parent?.type === 'with_item' ? pattern.parent : undefined;
  const statement = item && enclosing(item, 'with_statement');
  const [value, target] = children(pattern);
  if (!statement || !value) return undefined;
  const entered = enteredKind(kinds.of(document, value), isAsync(statement));
  return unpacked(kinds, document, children(target ?? pattern)[0] ?? null, node, entered);
}

/** The part of a value that one name of a pattern gets: the whole of it, a column of a row, an element of a tuple. */
function unpacked(
  kinds: Kinds,
  document: PythonDocument,
  pattern: Node | null,
  name: Node,
  kind: Kind | undefined,
  value?: Node,
): Kind | undefined {
  if (pattern?.id === name.id) return kind;
  const names =
    pattern && /^(pattern_list|tuple_pattern|list_pattern|tuple)$/.test(pattern.type)
      ? children(pattern)
      : [];
  const at = names.findIndex(({ id }) => id === name.id);
  if (at < 0 || names.some(({ type }) => type === 'list_splat_pattern')) return undefined;
  if (value && /^(expression_list|tuple)$/.test(value.type)) {
    const parts = children(value);
    const part =
      parts.length === names.length && parts.every(({ type }) => type !== 'list_splat')
        ? parts[at]
        : undefined;
    return part && kinds.of(document, part);
  }
  if (kind?.what === 'row') return columnOf(kind, at);
  return kind?.what === 'list' ? kind.of : undefined;
}
