import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { withConnectArgs } from '../../../src/backend/connect-args.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { outsideReaders } from '../../../src/backend/outside-readers.ts';
import type { UrlPlace } from '../../../src/backend/url-places.ts';
import { altered } from '../../../src/backend/url-sources.ts';
import {
  type AdaptedQuery,
  adaptQuery,
  pythonLiteral,
  queryEdits,
} from '../../../src/settings/database-query.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { ConnectArgs } from '../../../src/settings/query-rules.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Write the parameters of the address as its driver knows them',
  why: 'The driver is handed each parameter as an argument and refuses one that it does not know, at the first connection.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#module-sqlalchemy.dialects.postgresql.asyncpg',
  tasks: ['T024'],
  catalogue: ['py-asyncpg-libpq-params', 'py-asyncpg-ssl-true', 'py-orm-params-in-libpq-url'],
  fixes: [
    /connect\(\) got an unexpected keyword argument '(sslmode|channel_binding|pgbouncer|application_name|connect_timeout|options|ssl|charset)'/,
    /`sslmode` parameter must be one of/,
    /invalid (connection option|dsn)/,
  ],
  detect(backend) {
    return engineAddresses(backend)
      .filter(({ engine }) => !isTest(engine.document.path))
      .flatMap((address) => drafts(backend, address));
  },
} satisfies Transform<'settings'>;

/** One parameter of one address, and what its driver makes of it. */
interface Parameter {
  place: UrlPlace;
  name: string;
  driver: string;
  why: string;
  unsafe?: string;
  /** The query with this parameter alone adapted; undefined for one that nobody knows. */
  adapted?: AdaptedQuery;
  connectArgs?: ConnectArgs;
}

function drafts(backend: Backend, address: EngineAddress): Draft[] {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of address.places.flatMap((place) => parametersOf(address, place))) {
    const group = groups.get(parameter.name);
    if (group) group.push(parameter);
    else groups.set(parameter.name, [parameter]);
  }
  return [...groups].flatMap(([name, parameters]) => draft(backend, address, name, parameters) ?? []);
}

/** What counts is the driver that the engine is given in the end; the query stands in the address as it is written. */
function parametersOf({ sources }: EngineAddress, place: UrlPlace): Parameter[] {
  const url = parseDatabaseUrl(place.text);
  const { driver } = parseDatabaseUrl(altered(place.text, sources.alterations) ?? '') ?? {};
  if (!url || !driver) return [];
  const { renamed, moved, dropped, unknown } = adaptQuery(url.dialect, driver, url.query);
  const none = { kept: [], renamed: [], moved: [], dropped: [], unknown: [] };
  const base = { place, driver };
  return [
    ...renamed.map((one) => ({ ...base, ...one, name: one.pair[0], adapted: { ...none, renamed: [one] } })),
    ...dropped.map((one) => ({ ...base, ...one, name: one.pair[0], adapted: { ...none, dropped: [one] } })),
    ...moved.map((one) => ({ ...base, ...one, name: one.pair[0], adapted: { ...none, moved: [one] } })),
    ...unknown.map((one) => ({ ...base, ...one, name: one.pair[0] })),
  ];
}

function draft(
  backend: Backend,
  address: EngineAddress,
  name: string,
  parameters: Parameter[],
): Draft | undefined {
  const [first] = parameters;
  if (!first) return undefined;
  const { place, driver, why, unsafe } = first;
  const subject = `${place.variable ?? place.file} ${name}`;
  const base = {
    subject,
    at: { file: place.file, start: place.start, end: place.end },
    message: `${driver} does not take ${name}. ${why}`,
  };
  const left = reasonToLeave(backend, address, parameters);
  if (left) return { ...base, safety: 'report', next: left };
  const edits = parameters.flatMap(({ place: at, adapted }) => (adapted ? inPlace(at, adapted) : []));
  const passed = (first.connectArgs && withConnectArgs(address.engine, first.connectArgs)) ?? [];
  return { ...base, edits: [...edits, ...passed], ...(unsafe !== undefined && { safety: { unsafe } }) };
}

/** What a person has to do, where no edit would be right for all who read the address. */
function reasonToLeave(
  backend: Backend,
  { engine, uses, sources, places }: EngineAddress,
  parameters: Parameter[],
): string | undefined {
  const name = parameters[0]?.name;
  const shared = uses.some(
    (use) => use.kind === 'raw' || use.kind === 'other' || (use.engine && use.engine.async !== engine.async),
  );
  const outside = sources.variables.some(
    (variable) => outsideReaders(backend, variable.name, places).length > 0,
  );
  if (shared || outside)
    return `Give the engine an address of its own without ${name}: other code reads this one.`;
  if (parameters.some(({ adapted }) => !adapted)) return `Look ${name} up in the driver's documentation.`;
  const given = new Set(parameters.map(({ connectArgs }) => JSON.stringify(connectArgs)));
  const [args] = parameters;
  if (!args?.connectArgs) return undefined;
  if (given.size === 1 && withConnectArgs(engine, args.connectArgs)) return undefined;
  return `Take ${name} out of the address and add ${pythonLiteral(args.connectArgs)} to the engine's connect_args.`;
}

function inPlace(place: UrlPlace, adapted: AdaptedQuery): Edit[] {
  return queryEdits(place.text, adapted).map(({ start, end, text }) => ({
    file: place.file,
    start: place.start + start,
    end: place.start + end,
    text,
  }));
}
