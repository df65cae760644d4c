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
  const { loads, ...rest } = statement;
  const names = new Set(loads ?? []);
  let readable = loads !== undefined;
  let joined = statement.joined;
  for (const argument of argumentsOf(call)) {
    const steps = stepsOf(kinds, document, argument);
    for (const { loader, target } of steps ?? []) {
      if (LOADERS.test(loader) && target?.what === 'relationship' && target.name) names.add(target.name);
      else if (!OTHERS.test(loader)) readable = false;
    }
    if (!steps) readable = false;
    else joined ||= joinsCollection(steps);
  }
  return { ...rest, ...(readable && { loads: [...names].sort() }), ...(joined && { joined }) };
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

/** True where a mapped class joins one of its collections to every query of it: `relationship(lazy="joined")`. */
export function joinsByDefault(kinds: Kinds, model: Kind): boolean {
  if (!model.class) return false;
  return relationshipsOf(kinds, model.class).some(({ lazy, of }) => lazy === 'joined' && of?.what === 'list');
}
