import { type TypeExpression, typeAt, typingName } from '../languages/python/annotations.ts';
import { keywordValue, positional } from '../languages/python/arguments.ts';
import { classOf, type PythonClass } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import type { Origin } from '../languages/python/origin.ts';
import { children, descendants, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import { inheritsFrom } from './engines.ts';
import { configOf, optionOf } from './settings-config.ts';
import { returnsOf, type Value, valueFor } from './values.ts';

/** Classes that read their fields from the environment. */
export const SETTINGS_BASES: ReadonlySet<string> = new Set([
  'pydantic_settings.BaseSettings',
  'pydantic.BaseSettings',
  'pydantic.v1.BaseSettings',
  'pydantic_settings.main.BaseSettings',
]);
const FIELD_CALLS: ReadonlySet<string> = new Set([
  'pydantic.Field',
  'pydantic.fields.Field',
  'pydantic.v1.Field',
]);

/** Calls that stand for a field of a dataclass or model, and hold what it is given by default. */
const DEFAULTING: ReadonlySet<string> = new Set([
  ...FIELD_CALLS,
  'dataclasses.field',
  'attrs.field',
  'attr.ib',
]);

/** A member of a class of the project: a field with a value, or a property. */
export interface Member {
  document: PythonDocument;
  /** The class that has it. */
  definition: Node;
  name: string;
  /** The name's own node. */
  node: Node;
  annotation?: Node;
  value?: Node;
  /** A method or property: its definition. */
  method?: Node;
}

/** A field that an environment variable fills. */
export interface SettingsField extends Member {
  /** The variable's name as people write it: upper case, with the prefix. */
  variable: string;
  /** The same without an alias: what pydantic 2 reads where only `env=` names another. */
  unaliased: string;
  /** The value without the variable: the string itself, also out of `Field(default=…)`. */
  default?: Node;
  required: boolean;
  /** Of a field of a model that is a field itself: what stands between the two names. */
  delimiter?: string;
}

/** True for a class that reads its fields from the environment. */
export function isSettingsClass(document: PythonDocument, definition: Node): boolean {
  return inheritsFrom(document, definition, SETTINGS_BASES);
}

/** Every field that this class itself declares. */
export function fieldsOf(document: PythonDocument, definition: Node): SettingsField[] {
  if (!isSettingsClass(document, definition)) return [];
  const prefix = envPrefix(document, definition);
  return membersOf(document, definition).flatMap((member) => {
    const configuration =
      member.name === 'model_config' || member.method !== undefined || member.annotation === undefined;
    return configuration ? [] : [settingsField(document, member, prefix)];
  });
}

/** The member that `object.name` means, where the object is an instance of a class of the project, or the class itself. */
export function memberAt(document: PythonDocument, attribute: Node): Member | undefined {
  const object = attribute.childForFieldName('object');
  const name = attribute.childForFieldName('attribute')?.text;
  const owner = object && classFor(document, object);
  return owner && name ? findMember(owner, name) : undefined;
}

/**
 * The same where the object may be of several classes: `TestSettings() if testing else Settings()`; also of a call of `getattr`.
 * Empty where one of them cannot be told, or has no such member.
 */
export function membersAt(document: PythonDocument, attribute: Node): Member[] {
  const { object, name } = partsOf(attribute);
  if (!object || !name) return [];
  const found = new Map<string, Member>();
  for (const owner of classesFor(document, object)) {
    const member = owner && findMember(owner, name);
    if (!member) return [];
    found.set(`${member.document.path}:${member.node.id}`, member);
  }
  return [...found.values()];
}

/** What `object.name` and `getattr(object, "name")` read. */
function partsOf(attribute: Node): { object?: Node | null | undefined; name?: string | undefined } {
  if (attribute.type !== 'call')
    return {
      object: attribute.childForFieldName('object'),
      name: attribute.childForFieldName('attribute')?.text,
    };
  const [object, name] = positional(attribute);
  return { object, name: name && plainString(name) };
}

/** The settings field that a member is, if its class reads the environment. */
export function fieldFor(member: Member): SettingsField | undefined {
  return fieldsOf(member.document, member.definition).find((field) => field.name === member.name);
}

/**
 * The settings field that `object.name` reads as this member: one of the object's own class, or of a model that is itself a field
 * of settings, which `DB__URL` fills where `env_nested_delimiter` is `__`.
 */
export function fieldRead(
  document: PythonDocument,
  attribute: Node,
  member: Member,
): SettingsField | undefined {
  return fieldFor(member) ?? nestedField(document, attribute, member);
}

function nestedField(document: PythonDocument, attribute: Node, member: Member): SettingsField | undefined {
  const object = attribute.childForFieldName('object');
  const holder = object?.type === 'attribute' ? memberAt(document, object) : undefined;
  const outer = object && holder && fieldRead(document, object, holder);
  const delimiter = outer && (outer.delimiter ?? nestedDelimiter(outer.document, outer.definition));
  if (!outer || !delimiter || member.method || !member.annotation) return undefined;
  return { ...settingsField(member.document, member, `${outer.variable}${delimiter}`), delimiter };
}

/** The settings class that an expression is an instance of, or undefined where it is something else. */
export function settingsClassAt(document: PythonDocument, node: Node): PythonClass | undefined {
  const owner = classFor(document, node);
  return owner && isSettingsClass(owner.document, owner.node)
    ? classOf(owner.document, owner.node)
    : undefined;
}

/** The class of an expression: `settings`, `get_settings()`, `Settings()`, `self` in a method, or the class itself. */
function classFor(document: PythonDocument, node: Node): Value | undefined {
  if (node.type === 'identifier' && /^(self|cls)$/.test(node.text)) {
    const definition = enclosing(node, 'class_definition');
    return definition && { document, node: definition };
  }
  const value = valueFor(document, node);
  if (!value) return memberClass(document, node);
  const named = value.node.type === 'call' ? value.node.childForFieldName('function') : value.node;
  const origin = named ? value.document.origin(named) : undefined;
  if (origin?.kind !== 'local') return declaredClass(document, node);
  if (origin.binding.kind === 'class') return { document: origin.document, node: origin.binding.statement };
  return annotatedClass(origin.document, origin.binding.annotation);
}

/** `settings: Settings = Factory(environment)()`: what the name is annotated with, where its value says nothing. */
function declaredClass(document: PythonDocument, node: Node): Value | undefined {
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  return origin?.kind === 'local' ? annotatedClass(origin.document, origin.binding.annotation) : undefined;
}

/** The class of `settings.db`: what the member is annotated with, or made of. */
function memberClass(document: PythonDocument, node: Node): Value | undefined {
  const member = node.type === 'attribute' ? memberAt(document, node) : undefined;
  if (!member || member.method) return undefined;
  const annotated = annotatedClass(member.document, member.annotation);
  return annotated ?? (member.value && classFor(member.document, member.value));
}

/** Every class that an expression may be an instance of, by its conditions and by the returns of the function that gives it. */
function classesFor(document: PythonDocument, node: Node, hops = 0): (Value | undefined)[] {
  const one = classFor(document, node);
  if (one || hops > 4) return [one];
  const value = valueFor(document, node) ?? { document, node };
  return alternativesOf(value).flatMap((each) => classesFor(each.document, each.node, hops + 1));
}

function alternativesOf({ document, node }: Value): Value[] {
  if (node.type === 'conditional_expression') {
    const [one, , other] = children(node).filter(({ type }) => type !== 'comment');
    return [one, other].flatMap((each) => (each ? { document, node: each } : []));
  }
  const callee = node.type === 'call' ? node.childForFieldName('function') : null;
  const origin = callee ? document.origin(callee) : undefined;
  if (origin?.kind !== 'local' || origin.binding.kind !== 'function') return [];
  return returnsOf(origin.binding.statement).map((each) => ({ document: origin.document, node: each }));
}

/** The class that a parameter or variable is annotated with. */
function annotatedClass(document: PythonDocument, annotation: Node | undefined): Value | undefined {
  const named = annotation && classNamed(typeAt(document, annotation));
  const isClass = named?.kind === 'local' && named.binding.kind === 'class';
  return isClass ? { document: named.document, node: named.binding.statement } : undefined;
}

/** What the name of a type is bound to, `Optional[X]`, `X | None` and `Annotated[X, …]` taken off. */
function classNamed(type: TypeExpression): Origin | undefined {
  if (type.form === 'name') return type.origin;
  const real = type.form === 'union' ? type.members.filter(({ form }) => form !== 'none') : [];
  if (real.length === 1 && real[0]) return classNamed(real[0]);
  const wraps = type.form === 'applied' && /^(Optional|Annotated)$/.test(typingName(type.base) ?? '');
  return wraps && type.args[0] ? classNamed(type.args[0]) : undefined;
}

function findMember(owner: Value, name: string, hops = 0): Member | undefined {
  const own = membersOf(owner.document, owner.node).find((member) => member.name === name);
  if (own || hops > 8) return own;
  for (const base of children(owner.node.childForFieldName('superclasses') ?? owner.node)) {
    const origin =
      base.type === 'identifier' || base.type === 'attribute' ? owner.document.origin(base) : undefined;
    if (origin?.kind !== 'local' || origin.binding.kind !== 'class') continue;
    const found = findMember({ document: origin.document, node: origin.binding.statement }, name, hops + 1);
    if (found) return found;
  }
  return undefined;
}

function membersOf(document: PythonDocument, definition: Node): Member[] {
  const body = definition.childForFieldName('body');
  return body ? children(body).flatMap((statement) => memberOf(document, definition, statement) ?? []) : [];
}

function memberOf(document: PythonDocument, definition: Node, statement: Node): Member | undefined {
  const inner =
    statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
  if (inner?.type === 'function_definition') {
    const node = inner.childForFieldName('name');
    return node ? { document, definition, name: node.text, node, method: inner } : undefined;
  }
  const assignment = inner?.type === 'expression_statement' ? inner.namedChildren[0] : undefined;
  const node = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
  if (node?.type !== 'identifier' || !assignment) return undefined;
  const annotation = assignment.childForFieldName('type');
  const value = assignment.childForFieldName('right');
  return {
    document,
    definition,
    name: node.text,
    node,
    ...(annotation && { annotation }),
    ...(value && { value }),
  };
}

function settingsField(document: PythonDocument, member: Member, prefix: string): SettingsField {
  const call =
    member.value?.type === 'call' && isFieldCall(document, member.value) ? member.value : undefined;
  const given = call ? (keywordValue(call, 'default') ?? positional(call)[0]) : member.value;
  const factory = call && keywordValue(call, 'default_factory');
  const present = given && given.type !== 'ellipsis' ? given : undefined;
  const unaliased = `${prefix}${member.name}`.toUpperCase();
  return {
    ...member,
    variable: (call && aliasOf(call)) ?? unaliased,
    unaliased,
    ...(present && { default: present }),
    required: present === undefined && factory === undefined,
  };
}

/** True for `Field(…)` of pydantic. */
export function isFieldCall(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  return callee !== null && FIELD_CALLS.has(document.externalName(callee) ?? '');
}

/** `Field(validation_alias="X")`, `alias=`; `env=` is what pydantic 1 took. */
function aliasOf(call: Node): string | undefined {
  for (const name of ['validation_alias', 'alias', 'env']) {
    const value = keywordValue(call, name);
    const text = value && (plainString(value) ?? firstString(value));
    if (text) return text;
  }
  return undefined;
}

/** The first of `AliasChoices("A", "B")`. */
function firstString(node: Node): string | undefined {
  return descendants(node, 'string').map(plainString).find(Boolean);
}

/** What a dataclass or model gives a field that is not filled: `field(default=…)`, or what the lambda of `default_factory` gives. */
export function defaultOf(document: PythonDocument, value: Node): Node | undefined {
  const callee = value.type === 'call' ? value.childForFieldName('function') : null;
  if (!callee || !DEFAULTING.has(document.externalName(callee) ?? '')) return undefined;
  const factory = keywordValue(value, 'default_factory') ?? keywordValue(value, 'factory');
  return keywordValue(value, 'default') ?? (factory?.type === 'lambda' ? bodyOf(factory) : undefined);
}

function bodyOf(lambda: Node): Node | undefined {
  return lambda.childForFieldName('body') ?? undefined;
}

/** `env_nested_delimiter` of the class itself. */
export function nestedDelimiter(document: PythonDocument, definition: Node): string {
  const config = configOf(document, definition);
  return literal(config && optionOf(config, 'env_nested_delimiter'));
}

/** `env_prefix` of the class itself. */
function envPrefix(document: PythonDocument, definition: Node): string {
  const config = configOf(document, definition);
  return literal(config && optionOf(config, 'env_prefix'));
}

function literal(node: Node | null | undefined): string {
  return (node && plainString(node)) ?? '';
}
