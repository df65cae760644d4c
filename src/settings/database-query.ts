import { type DatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import type { ConnectArgs } from './query-rule.ts';
import { QUERY_RULES } from './query-rules.ts';
import type { Range } from './range.ts';

export type Pair = [name: string, value: string];

/** What becomes of the parameters of an address when another driver reads it. `index` counts the pairs of the query. */
export interface AdaptedQuery {
  kept: { index: number; pair: Pair }[];
  renamed: { index: number; pair: Pair; to: Pair; why: string; unsafe?: string }[];
  /** To `create_engine(connect_args=…)`: an address holds only text. */
  moved: { index: number; pair: Pair; connectArgs: ConnectArgs; why: string; unsafe?: string }[];
  dropped: { index: number; pair: Pair; why: string; unsafe?: string }[];
  /** The driver refuses it, and nobody but a person can say what it was meant for. */
  unknown: { index: number; pair: Pair; why: string }[];
}

/**
 * Sorts the parameters of an address by what the driver makes of them. Sources: the tables in query-rules-postgresql.ts and query-rules-mysql.ts. For a driver
 * without a table, and for SQLite, whose drivers pass over what they do not know, all are kept; so is a parameter without a
 * value, which SQLAlchemy does not hand on.
 */
export function adaptQuery(_dialect: string, driver: string, query: readonly Pair[]): AdaptedQuery {
  const rules = QUERY_RULES.get(driver);
  const adapted: AdaptedQuery = { kept: [], renamed: [], moved: [], dropped: [], unknown: [] };
  const taken = new Set(
    rules
      ? query
          .filter(([name, value]) => value !== '' && rules.get(name)?.(value).kind === 'keep')
          .map(([name]) => name)
      : [],
  );
  for (const [index, pair] of query.entries()) {
    const [name, value] = pair;
    const isRead = rules !== undefined && value !== '';
    const rule = isRead ? rules.get(name)?.(value) : { kind: 'keep' as const };
    if (!rule) adapted.unknown.push({ index, pair, why: `${driver} has no parameter ${name}.` });
    else if (rule.kind === 'keep') adapted.kept.push({ index, pair });
    else if (rule.kind === 'unknown') adapted.unknown.push({ index, pair, why: rule.why });
    else if (rule.kind === 'drop') adapted.dropped.push({ index, pair, ...withoutKind(rule) });
    else if (rule.kind === 'move') adapted.moved.push({ index, pair, ...withoutKind(rule) });
    else if (taken.has(rule.name))
      adapted.unknown.push({ index, pair, why: `${rule.name} is given as well.` });
    else {
      taken.add(rule.name);
      adapted.renamed.push({
        index,
        pair,
        to: [rule.name, rule.value],
        why: rule.why,
        ...(rule.unsafe !== undefined && { unsafe: rule.unsafe }),
      });
    }
  }
  return adapted;
}

/** True where the driver takes the parameters as they are. */
export function isAccepted({ renamed, moved, dropped, unknown }: AdaptedQuery): boolean {
  return renamed.length + moved.length + dropped.length + unknown.length === 0;
}

/** All that goes to connect_args, in one object. */
export function connectArgsOf(adapted: AdaptedQuery): ConnectArgs {
  return adapted.moved.reduce<ConnectArgs>((all, { connectArgs }) => merge(all, connectArgs), {});
}

/** JSON as a Python literal: `{"timeout": 5, "ssl": True}`. */
export function pythonLiteral(value: ConnectArgs[string]): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`)
    .join(', ')}}`;
}

/**
 * Writes an adapted query into an address: renames pairs in place, and takes out what was moved or dropped, with its `&`, and
 * the `?` where nothing stays. Offsets are within the text. Pairs that are kept or unknown stay as they are.
 */
export function queryEdits(text: string, adapted: AdaptedQuery): (Range & { text: string })[] {
  const url = parseDatabaseUrl(text);
  if (!url?.ranges.query) return [];
  const gone = new Set([...adapted.moved, ...adapted.dropped].map((one) => one.index));
  const renamed = adapted.renamed.flatMap(({ index, to }) => {
    const pair = url.ranges.pairs[index];
    return pair ? [{ ...pair, text: to.map(encodeURIComponent).join('=') }] : [];
  });
  if (gone.size > 0 && gone.size === url.query.length)
    return [{ start: url.ranges.query.start - 1, end: url.ranges.query.end, text: '' }];
  return [...renamed, ...removals(url, gone)].sort((a, b) => a.start - b.start);
}

/** Each pair goes with the `&` behind it; those at the end go with the one before. */
function removals(url: DatabaseUrl, gone: ReadonlySet<number>): (Range & { text: string })[] {
  const { pairs } = url.ranges;
  const lastKept = pairs.findLastIndex((_, index) => !gone.has(index));
  const tail = { start: pairs[lastKept]?.end ?? 0, end: pairs.at(-1)?.end ?? 0, text: '' };
  const inner = pairs.flatMap((pair, index) => {
    const next = pairs[index + 1];
    return gone.has(index) && index < lastKept && next
      ? [{ start: pair.start, end: next.start, text: '' }]
      : [];
  });
  return tail.end > tail.start ? [...inner, tail] : inner;
}

function merge(all: ConnectArgs, more: ConnectArgs): ConnectArgs {
  const merged = { ...all };
  for (const [name, value] of Object.entries(more)) {
    const old = merged[name];
    merged[name] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

function isObject(value: ConnectArgs[string] | undefined): value is ConnectArgs {
  return typeof value === 'object' && value !== null;
}

function withoutKind<T extends { kind: string }>({ kind: _kind, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}
