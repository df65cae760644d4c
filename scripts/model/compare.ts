import { instanceOfExternal } from '../../src/backend/kinds/external.ts';
import type { Kind } from '../../src/backend/kinds/kind.ts';

export type Answer =
  | 'same'
  | 'both unknown'
  | 'only the model'
  | 'only pyright'
  | 'neither of the database'
  | 'different';

/** What a type of pyright's is in the words of the model: `async-session`, the name of a class, or undefined where pyright does not know. */
function wordsOfType(type: string): string[] {
  const words = members(type)
    .map((each) => each.replace(/^"|"$/g, '').trim())
    .filter((each) => !/^(None|Unbound|)$/.test(each))
    .map(wordOf);
  return [...new Set(words)];
}

/** Classes that only pyright sees: what a method is declared to give is a subclass of what the documentation speaks of. */
const SUBCLASSES: Record<string, string> = {
  OptionEngine: 'Engine',
  RowReturningQuery: 'Query',
  ReturningInsert: 'Insert',
  ReturningUpdate: 'Update',
  ReturningDelete: 'Delete',
};

function wordOf(member: string): string {
  if (/^(Unknown|Any)\b/.test(member)) return 'unknown';
  const head = /^[\w.]+/.exec(member)?.[0]?.split('.').at(-1) ?? member;
  if (/^Coroutine(Type)?$/.test(head)) return 'coroutine';
  if (/^(list|Sequence|List)$/.test(head)) return 'list';
  const kind = instanceOfExternal(`sqlalchemy.${SUBCLASSES[head] ?? head}`);
  return kind ? kind.what : head;
}

/** The members of a union, split outside brackets. */
function members(type: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < type.length; at++) {
    if ('[('.includes(type[at] ?? '')) depth++;
    if ('])'.includes(type[at] ?? '')) depth--;
    if (depth === 0 && type.startsWith(' | ', at)) {
      found.push(type.slice(start, at));
      start = at + 3;
    }
  }
  return [...found, type.slice(start)];
}

const DATABASE =
  /^(async-)?(engine|session|session-factory|connection|transaction|result|scalar-result|mapping-result)$|^(query|statement|row|model|coroutine)$/;

export function compare(ours: Kind | undefined, type: string | undefined): Answer {
  const theirs = type === undefined ? ['unknown'] : wordsOfType(type);
  const unknown = theirs.length === 0 || theirs.includes('unknown');
  const what = ours && DATABASE.test(ours.what) ? ours.what : undefined;
  if (unknown) return what ? 'only the model' : 'both unknown';
  const isDatabase = theirs.some((word) => DATABASE.test(word));
  if (!ours) return isDatabase ? 'only pyright' : 'neither of the database';
  if (!what && !isDatabase) return 'neither of the database';
  const names = [ours.what, ...(ours.class ? [ours.class.name] : [])];
  return theirs.every((word) => names.includes(word)) ? 'same' : 'different';
}
