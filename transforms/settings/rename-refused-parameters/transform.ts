import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import { isTest } from '../../../src/backend/entry.ts';
import type { UrlPlace } from '../../../src/backend/url-places.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import { QUERY_RULES, type Rule } from '../../../src/settings/query-rules.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Write the parameters of the address as its driver knows them',
  why: 'The driver is handed each parameter as an argument and refuses one that it does not know, at the first connection.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#module-sqlalchemy.dialects.postgresql.asyncpg',
  tasks: ['T024'],
  fixes: [
    /connect\(\) got an unexpected keyword argument '(sslmode|channel_binding|pgbouncer|application_name|connect_timeout|options|ssl|charset)'/,
    /`sslmode` parameter must be one of/,
    /invalid (connection option|dsn)/,
  ],
  detect(backend) {
    const addresses = engineAddresses(backend).filter(({ engine }) => !isTest(engine.document.path));
    return addresses.flatMap((address) => address.places.flatMap((place) => drafts(address, place)));
  },
} satisfies Transform<'settings'>;

function drafts(address: EngineAddress, place: UrlPlace): Draft[] {
  const url = parseDatabaseUrl(place.text);
  const rules = url?.driver ? QUERY_RULES.get(url.driver) : undefined;
  const shared = address.uses.some(
    (use) =>
      use.kind === 'raw' ||
      use.kind === 'other' ||
      (use.engine !== undefined && use.engine.async !== address.engine.async),
  );
  if (!url || !rules) return [];
  return url.query.flatMap(([name, value], at) => {
    const rule = rules.get(name)?.(value);
    return rule && rule.kind !== 'keep' ? [draft(place, url, { name, at, rule, shared })] : [];
  });
}

interface Parameter {
  name: string;
  at: number;
  rule: Exclude<Rule, { kind: 'keep' }>;
  /** True where code that uses another driver reads the same address. */
  shared: boolean;
}

function draft(place: UrlPlace, url: DatabaseUrl, { name, at, rule, shared }: Parameter): Draft {
  const pair = url.ranges.pairs[at] ?? { start: 0, end: 0 };
  const range = { file: place.file, start: place.start + pair.start, end: place.start + pair.end };
  const base = {
    subject: `${place.variable ?? place.file} ${name}`,
    at: range,
    message: `${url.driver} does not take ${name}. ${rule.why}`,
  };
  if (shared)
    return {
      ...base,
      safety: 'report',
      next: `Give the engine an address of its own without ${name}: other code reads this one.`,
    };
  if (rule.kind === 'rename')
    return { ...base, edits: [{ ...range, text: `${rule.name}=${rule.value}` }], ...safety(rule.unsafe) };
  if (rule.kind === 'drop') return { ...base, edits: [withoutPair(place, url, at)], ...safety(rule.unsafe) };
  const next =
    rule.kind === 'move'
      ? `Take ${name} out of the address and pass connect_args=${JSON.stringify(rule.connectArgs)} to the engine.`
      : `Look ${name} up in the driver's documentation.`;
  return { ...base, safety: 'report', next };
}

function safety(unsafe: string | undefined): Pick<Draft, 'safety'> {
  return unsafe === undefined ? {} : { safety: { unsafe } };
}

/** The pair with the `&` or `?` that goes with it. */
function withoutPair(place: UrlPlace, url: DatabaseUrl, at: number): Edit {
  const { pairs } = url.ranges;
  const pair = pairs[at] ?? { start: 0, end: 0 };
  const next = pairs[at + 1];
  const start = next ? pair.start : pair.start - 1;
  return {
    file: place.file,
    start: place.start + start,
    end: place.start + (next ? next.start : pair.end),
    text: '',
  };
}
