import { argumentsOf } from '../../languages/python/arguments.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Node } from '../../languages/python/tree.ts';
import { databaseName } from './external.ts';
import type { Kind } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { relationshipsOf } from './models.ts';

/** One step of `selectinload(User.posts).joinedload(Post.tags)`. */
interface Step {
  loader: string;
  /** What the argument is: a relationship, or something that cannot be read. */
  target: Kind | undefined;
}

const LOADERS = /^(selectinload|joinedload|subqueryload|immediateload|contains_eager)$/;
/** Options that load no relationship. */
const OTHERS = /^(load_only|defer|undefer|undefer_group|defaultload|with_expression|with_loader_criteria)$/;
const JOINS = /^(joinedload|contains_eager)$/;

/**
 * A statement with what its options load: the names of relationships, and whether rows repeat because a collection is joined.
 * Where an option cannot be read, what is loaded is not known any more.
 */
export function withOptions(kinds: Kinds, document: PythonDocument, call: Node, statement: Kind): Kind {
  const { loads, joined, joinedBy, ...rest } = statement;
  const names = new Set(loads ?? []);
  let readable = loads !== undefined;
  let joins = joined === true && !joinedBy;
  let left = joinedBy ?? [];
  for (const argument of argumentsOf(call)) {
    const steps = stepsOf(kinds, document, argument);
    for (const { loader, target } of steps ?? []) {
      if (LOADERS.test(loader) && target?.what === 'relationship' && target.name) names.add(target.name);
      else if (!OTHERS.test(loader)) readable = false;
    }
    if (!steps) readable = false;
    else joins ||= joinsCollection(steps);
    left = steps ? left.filter((name) => !loadsOtherwise(steps, name)) : [];
  }
  return {
    ...rest,
    ...(readable && { loads: [...names].sort() }),
    ...((joins || left.length > 0) && { joined: true }),
    ...(!joins && left.length > 0 && { joinedBy: left }),
  };
}

/** `selectinload(User.posts)` where the class joins its posts: they come by a query of their own, or not at all. */
function loadsOtherwise([step]: readonly Step[], name: string): boolean {
  return step !== undefined && !JOINS.test(step.loader) && step.target?.name === name;
}

/** A joined collection repeats the rows, unless it hangs below something that is read by a query of its own. */
function joinsCollection(steps: readonly Step[]): boolean {
  for (const { loader, target } of steps) {
    if (!JOINS.test(loader)) return false;
    if (target?.what === 'relationship' && target.of?.what === 'list') return true;
  }
  return false;
}

/** The steps of an option in their order, or undefined where it is something else. */
function stepsOf(kinds: Kinds, document: PythonDocument, option: Node): Step[] | undefined {
  const callee = option.type === 'call' ? option.childForFieldName('function') : undefined;
  if (!callee) return undefined;
  const [argument] = argumentsOf(option);
  const target = argument && kinds.of(document, argument);
  const external = kinds.of(document, callee);
  const first = external?.what === 'external' ? databaseName(external.name ?? '')?.name : undefined;
  if (first) return [{ loader: first, target }];
  const object = callee.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const above = object ? stepsOf(kinds, document, object) : undefined;
  return above && [...above, { loader: callee.childForFieldName('attribute')?.text ?? '', target }];
}

/** The collections that a mapped class joins to every query of it: `relationship(lazy="joined")`. */
export function joinedByDefault(kinds: Kinds, model: Kind): string[] {
  if (!model.class) return [];
  return relationshipsOf(kinds, model.class)
    .filter(({ lazy, of }) => lazy === 'joined' && of?.what === 'list')
    .map(({ name }) => name);
}
