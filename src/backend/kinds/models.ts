import { argumentsOf, keywordValue, positional } from '../../languages/python/arguments.ts';
import {
  basesOf,
  classKeyword,
  classOf,
  lineageOf,
  type Member,
  membersOf,
  ownMembers,
  type PythonClass,
  withoutArguments,
} from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import { pairNamed, pairsOf } from '../../languages/python/pairs.ts';
import { type Node, plainString } from '../../languages/python/tree.ts';
import { valueFor } from '../values.ts';
import { annotatedKind } from './annotations.ts';
import { leadsToMany } from './direction.ts';
import { instanceOfExternal, isModelBase, isSqlModel, makesModelBase } from './external.ts';
import type { Kind } from './kind.ts';
import type { Kinds } from './kinds.ts';

/** What the name of a class of the project stands for: a mapped class, a session class of its own, or some other class. */
export function classKind(kinds: Kinds, document: PythonDocument, definition: Node): Kind {
  const one = classOf(document, definition);
  if (isModel(kinds, one)) return { what: 'model-class', class: one };
  const of = lineageOf(one)
    .external.map(instanceOfExternal)
    .find((each) => each !== undefined);
  return { what: 'class', class: one, ...(of && { of }) };
}

/** True of a class that is mapped to a table: below a declarative base, or an SQLModel with `table=True`. */
export function isModel(kinds: Kinds, one: PythonClass): boolean {
  const lineage = lineageOf(one);
  if (lineage.external.some(isSqlModel))
    return lineage.classes.some(({ definition }) => classKeyword(definition, 'table')?.text === 'True');
  return lineage.classes.some((each) => {
    const isOwn = each.definition.id === one.definition.id;
    return basesOf(each.definition).some((base) =>
      makesModel(kinds, each.document, withoutArguments(base), isOwn),
    );
  });
}

/** A class directly below `DeclarativeBase` is the base itself; one below what `declarative_base()` or Flask-SQLAlchemy gives is mapped. */
function makesModel(kinds: Kinds, document: PythonDocument, base: Node, isOwn: boolean): boolean {
  const origin = document.origin(base);
  if (origin.kind === 'external') return isModelBase(origin.name) && !isOwn;
  if (base.type === 'attribute' && base.childForFieldName('attribute')?.text === 'Model') {
    const object = base.childForFieldName('object');
    return object !== null && kinds.of(document, object)?.what === 'flask-sqlalchemy';
  }
  const value = origin.kind === 'local' ? origin.binding.value : undefined;
  const callee = value?.type === 'call' ? value.childForFieldName('function') : undefined;
  return (
    origin.kind === 'local' &&
    callee !== null &&
    callee !== undefined &&
    makesModelBase(origin.document.externalName(callee) ?? '')
  );
}

/** `User.posts` and `user.posts`, where `posts` is a relationship: what it leads to. */
export function relatedKind(
  kinds: Kinds,
  on: Kind,
  name: string,
  members: readonly Member[],
): Kind | undefined {
  const one = on.class;
  if (!one || (on.what !== 'model' && on.what !== 'model-class')) return undefined;
  const relationship = relationshipOf(kinds, one, name, members);
  if (!relationship) return undefined;
  const mark = { relationship: { class: one, name } };
  if (on.what === 'model-class')
    return { what: 'relationship', name, class: one, ...(relationship.of && { of: relationship.of }) };
  const { session, loads, selected } = on;
  const from = { ...(session && { session }), ...(loads && { loads }), ...(selected && { selected }) };
  const { of } = relationship;
  if (of?.what === 'list' && of.of) return { ...of, of: { ...of.of, ...mark, ...from }, ...mark };
  return of && { ...of, ...mark, ...from };
}

/** A relationship of a mapped class, by its name. */
export interface Relationship {
  name: string;
  call: Node;
  document: PythonDocument;
  /** What an instance has by it: a model, or a list of them; undefined where that cannot be told. */
  of?: Kind;
  /** The value of `lazy=`, also of what SQLModel hands on; the expression where that is no plain value. */
  lazy?: string;
}

export function relationshipOf(
  kinds: Kinds,
  one: PythonClass,
  name: string,
  members: readonly Member[] = membersOf(one, name),
): Relationship | undefined {
  const [member, another] = members;
  const value = member?.binding?.value ?? member?.value;
  if (!member || another || value?.type !== 'call') return undefined;
  const { document } = member.owner;
  if (kinds.of(document, value)?.what !== 'relationship-call') return undefined;
  const of = targetOf(kinds, member, value);
  const lazy = lazyOf(document, value);
  return { name, call: value, document, ...(of && { of }), ...(lazy && { lazy }) };
}

/** `sa_relationship_kwargs={"lazy": "selectin"}` and `sa_relationship=relationship(lazy=…)` of SQLModel say it for SQLAlchemy's own. */
function lazyOf(document: PythonDocument, call: Node): string | undefined {
  const own = keywordValue(call, 'lazy');
  if (own) return written(own);
  const inner = keywordValue(call, 'sa_relationship');
  if (inner) return inner.type === 'call' ? lazyOf(document, inner) : inner.text;
  const given = keywordValue(call, 'sa_relationship_kwargs');
  return given && lazyAmong(valueFor(document, given)?.node ?? given);
}

/** The value of `lazy` in a dictionary, or an expression that may hold any. */
function lazyAmong(options: Node): string | undefined {
  const made = options.type === 'call' && options.childForFieldName('function')?.text === 'dict';
  if (!made && options.type !== 'dictionary') return options.text;
  const named = made ? keywordValue(options, 'lazy') : pairNamed(options, 'lazy')?.childForFieldName('value');
  const members = made ? argumentsOf(options) : pairsOf(options);
  return named ? written(named) : members.find(({ type }) => !/^(pair|keyword_argument)$/.test(type))?.text;
}

/** Other spellings that SQLAlchemy takes. */
const LAZY: Record<string, string> = { True: 'select', False: 'joined', None: 'noload' };

function written(lazy: Node): string {
  return plainString(lazy) ?? LAZY[lazy.text] ?? lazy.text;
}

/** All relationships that a mapped class and what it inherits from have. */
export function relationshipsOf(kinds: Kinds, one: PythonClass): Relationship[] {
  const names = new Set(lineageOf(one).classes.flatMap((each) => [...ownMembers(each).keys()]));
  return [...names].flatMap((name) => relationshipOf(kinds, one, name) ?? []);
}

/** From the annotation, `Mapped[list["Post"]]`, or from the first argument, `relationship("Post")`, and the foreign keys. */
function targetOf(kinds: Kinds, member: Member, call: Node): Kind | undefined {
  const { document } = member.owner;
  const annotation = member.binding?.annotation ?? member.annotation;
  if (annotation) return annotatedKind(kinds, document, annotation);
  const first = positional(call)[0] ?? keywordValue(call, 'argument');
  const target = first && targetClass(kinds, document, first);
  if (!target) return undefined;
  const many = leadsToMany(member.owner, target, call);
  const one: Kind = { what: 'model', class: target };
  return many === undefined ? undefined : many ? { what: 'list', of: one } : one;
}

function targetClass(kinds: Kinds, document: PythonDocument, node: Node): PythonClass | undefined {
  const kind = kinds.of(document, node);
  if (kind?.what === 'model-class') return kind.class;
  const name = plainString(node);
  return name === undefined ? undefined : modelNamed(kinds, name);
}

/** The only mapped class of that name. */
function modelNamed(kinds: Kinds, name: string): PythonClass | undefined {
  const found = kinds.backend.sources
    .filter(({ text }) => text.includes(`class ${name}`))
    .flatMap((document) =>
      (document.scopes.module.bindings.get(name) ?? [])
        .filter(({ kind }) => kind === 'class')
        .map(({ statement }) => classOf(document, statement)),
    )
    .filter((one) => isModel(kinds, one));
  const [only, ...others] = found;
  return others.length === 0 ? only : undefined;
}
