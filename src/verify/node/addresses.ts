import { join } from 'node:path';
import dotenv from 'dotenv';
import {
  dotted,
  isMember,
  keyOf,
  type Node,
  propertiesOf,
  propertyName,
  stringValue,
} from '../../languages/javascript/nodes.ts';
import type { BackendFacts, DatabaseAddress, Place } from '../../types.ts';
import { nodesIn, textOf } from './source.ts';

/** What a Node backend says of its databases. */
export interface NodeDatabases {
  addresses: DatabaseAddress[];
  /** What its settings files and, where they say nothing, its example files give. */
  settings: Record<string, string>;
  /** Variables that its code reads and nothing gives. */
  missing: string[];
}

type Parts = Partial<Record<'host' | 'port' | 'user' | 'database', string>>;

const EXAMPLE = /\.(example|sample|template|dist|defaults?)$/;
const SERVED = /^(postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?):\/\//;
/** `DB_HOST`, `POSTGRES_USER`, `TYPEORM_DATABASE`: a part of an address by its name. */
const SETTING =
  /^(?:DB|DATABASE|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|TYPEORM|SEQUELIZE|KNEX)_?(HOST|HOSTNAME|PORT|USER|USERNAME|NAME|DATABASE|DB)$/i;
const KEYS: Record<string, keyof Parts> = {
  host: 'host',
  hostname: 'host',
  port: 'port',
  user: 'user',
  username: 'user',
  name: 'database',
  database: 'database',
  db: 'database',
};
/** Packages that speak to one kind of server, which decides what parts of an address mean. */
const DIALECTS: [string, string][] = [
  ['pg', 'postgresql'],
  ['postgres', 'postgresql'],
  ['@prisma/adapter-pg', 'postgresql'],
  ['mysql2', 'mysql'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['mongoose', 'mongodb'],
  ['mongodb', 'mongodb'],
  ['better-sqlite3', 'sqlite'],
  ['sqlite3', 'sqlite'],
];

/**
 * The databases that a Node backend names, in a copied tree (absolute): addresses in its settings files and its code, and those made
 * of parts (`DB_HOST`, `new Pool({ host, user })`), whose dialect the dependencies tell. `loadJavaScript()` must have been awaited.
 */
export function nodeDatabases(facts: BackendFacts, absoluteTree: string): NodeDatabases {
  const dialect = DIALECTS.find(([name]) => facts.requires[name])?.[1];
  const settings = readSettings(facts, absoluteTree);
  const read = new Set<string>();
  const addresses = Object.entries(settings).flatMap(([name, value]) =>
    fromText(value, { file: '.env', start: 0, end: 0 }, name),
  );
  const parts = partsOf(settings);
  if (dialect && Object.keys(parts).length > 0)
    addresses.push(fromParts(parts, dialect, { file: '.env', start: 0, end: 0 }));
  for (const file of facts.files) {
    addresses.push(...addressesIn(file, textOf(join(absoluteTree, file)), dialect, read));
  }
  if (addresses.length === 0 && dialect)
    addresses.push(fromParts({}, dialect, { file: '', start: 0, end: 0 }));
  return { addresses, settings, missing: [...read].filter((name) => settings[name] === undefined) };
}

/** Example files first, so that the real ones count where both say something. */
function readSettings(facts: BackendFacts, absoluteTree: string): Record<string, string> {
  const examples = facts.settingsFiles.filter((file) => EXAMPLE.test(file));
  const real = facts.settingsFiles.filter((file) => !EXAMPLE.test(file));
  const texts = [...examples, ...real].map((file) => dotenv.parse(textOf(join(absoluteTree, file))));
  return Object.assign({}, ...texts);
}

function partsOf(settings: Record<string, string>): Parts {
  const found: Parts = {};
  for (const [name, value] of Object.entries(settings)) {
    const key = KEYS[SETTING.exec(name)?.[1]?.toLowerCase() ?? ''];
    if (key && value) found[key] = value;
  }
  return found;
}

function addressesIn(
  file: string,
  text: string,
  dialect: string | undefined,
  read: Set<string>,
): DatabaseAddress[] {
  if (!/process\.env|:\/\/|\b(user|username|database)\b/.test(text)) return [];
  const found: DatabaseAddress[] = [];
  for (const node of nodesIn(file, text)) {
    const place = { file, start: 0, end: 0 };
    found.push(...fromText(stringValue(node) ?? '', place));
    const parts = writtenParts(node);
    if (dialect && parts) found.push(fromParts(parts, dialect, place));
    if (isMember(node) && dotted(node.object as Node) === 'process.env') read.add(propertyName(node) ?? '');
  }
  return found;
}

/** `{ host: 'db', user: 'app', database: 'shop' }`: an object that names at least two parts as texts, a database or a user among them. */
function writtenParts(object: Node): Parts | undefined {
  const found: Parts = {};
  for (const property of propertiesOf(object)) {
    const key = KEYS[keyOf(property)?.toLowerCase() ?? ''];
    const value = stringValue(property.value as Node);
    if (key && value && keyOf(property) !== 'name') found[key] = value;
  }
  return Object.keys(found).length >= 2 && (found.database || found.user) ? found : undefined;
}

function fromText(text: string, place: Place, variable?: string): DatabaseAddress[] {
  if (!SERVED.test(text)) return [];
  try {
    const url = new URL(text);
    const parts: Parts = {
      host: url.hostname,
      port: url.port,
      user: decodeURIComponent(url.username),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
    const dialect = url.protocol.replace(/(\+srv)?:$/, '').replace(/^postgres$/, 'postgresql');
    return [{ ...fromParts(parts, dialect, place), ...(variable && { variable }) }];
  } catch {
    return [];
  }
}

function fromParts({ host, port, user, database }: Parts, dialect: string, place: Place): DatabaseAddress {
  return {
    dialect,
    host: host || 'localhost',
    user: user || 'postgres',
    database: database || user || 'postgres',
    ...(Number(port) > 0 && { port: Number(port) }),
    place,
  };
}
