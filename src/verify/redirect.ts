import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { BackendFacts } from '../types.ts';

/** Ports of 127.0.0.1 that addresses are pointed at, by what they are addresses of. */
export interface Targets {
  database: { schemes: 'postgresql' | 'mysql'; port: number } | undefined;
  /** Undefined: where nothing answers. */
  redis: number | undefined;
}

const SCHEMES = {
  postgresql: 'postgres(?:ql)?(?:\\+\\w+)?',
  mysql: '(?:mysql|mariadb)(?:\\+\\w+)?',
  redis: 'rediss?',
  other: 'amqps?|pyamqp|mongodb|nats|memcached|smtps?|kafka',
};
/** Discard: nothing of today listens there, so a connection is refused at once. */
export const NOWHERE = 9;

/**
 * Points the addresses in a text at 127.0.0.1 and our ports: the database's, the lent Redis', and for other services
 * one that nothing listens on. Only ever used on a copy, and where there is no box to keep the backend from its own.
 */
export function redirectUrls(text: string, { database, redis }: Targets): string {
  const ports: [string, number][] = [
    [SCHEMES.postgresql, database?.schemes === 'postgresql' ? database.port : NOWHERE],
    [SCHEMES.mysql, database?.schemes === 'mysql' ? database.port : NOWHERE],
    [SCHEMES.redis, redis ?? NOWHERE],
    [SCHEMES.other, NOWHERE],
  ];
  const pointed = ports.reduce(
    (left, [schemes, port]) =>
      left.replace(address(schemes), (_, before: string) => `${before}127.0.0.1:${port}`),
    text,
  );
  // A Unix socket may stand behind the question mark instead of a host.
  return pointed.replace(/([?&]host=)(?:\/|%2F)[^&\s"']*/gi, '$1127.0.0.1');
}

/** An address up to its path; one without a host leads to a Unix socket or the usual place. */
function address(schemes: string): RegExp {
  const host = '(?:[\\w.-]+|\\[[\\d:a-fA-F]+\\])(?::\\d+)?(?=[/?\\s"\']|$)|(?=/\\w)';
  return new RegExp(`\\b((?:${schemes})://(?:[^\\s"'@/]*@)?)(?:${host})`, 'g');
}

/** Gives IP addresses another meaning, which a box cannot: each becomes 127.0.0.1, with the port that it has. */
export function redirectIps(text: string, hosts: readonly string[]): string {
  return hosts.filter(isElsewhere).reduce((left, host) => {
    const literal = host.replaceAll('.', '\\.');
    const like =
      isIP(host) === 4
        ? `(?<![\\d.])${literal}(?!\\.?\\d)`
        : `\\[${literal}\\]|(?<![\\w:])${literal}(?![\\w:])`;
    return left.replace(new RegExp(like, 'g'), '127.0.0.1');
  }, text);
}

/** True for an IP address that means something else than what listens on 127.0.0.1. */
function isElsewhere(host: string): boolean {
  return isIP(host) !== 0 && host !== '127.0.0.1' && host !== '0.0.0.0';
}

const DATABASE_PART =
  /\b\w*(?:POSTGRES(?:QL)?|PG|DB|DATABASE|MYSQL|MARIADB|SQL)_?(HOST(?:NAME)?|SERVER|ADDR(?:ESS)?|PORT)\b/gi;
const REDIS_PART = /\b\w*(?:REDIS|CELERY|BROKER)_?(HOST(?:NAME)?|SERVER|PORT)\b/gi;
const OTHER_PART =
  /\b\w*(?:RABBIT(?:MQ)?|AMQP|MONGO(?:DB)?|SMTP|MAIL|KAFKA|MEMCACHED?|ELASTIC(?:SEARCH)?)_?(HOST(?:NAME)?|SERVER|PORT)\b/gi;

/** Values for every variable in the texts that is named like a host or a port of a database or another service. */
export function partSettings(texts: readonly string[], { database, redis }: Targets): Record<string, string> {
  const found: Record<string, string> = {};
  const kinds: [RegExp, number][] = [
    [DATABASE_PART, database?.port ?? NOWHERE],
    [REDIS_PART, redis ?? NOWHERE],
    [OTHER_PART, NOWHERE],
  ];
  for (const [like, port] of kinds)
    for (const [name, part = ''] of texts.flatMap((text) => [...text.matchAll(like)]))
      found[name.toUpperCase()] ??= /port/i.test(part) ? String(port) : '127.0.0.1';
  return found;
}

/** Writes such values where a settings file gives others. */
export function redirectParts(text: string, settings: Record<string, string>): string {
  return text.replace(
    /^(\s*(?:export\s+)?)(\w+)(\s*=\s*)(["']?)([^\s"'#]*)\4/gm,
    (whole, before, name, sign) => {
      const value = settings[String(name).toUpperCase()];
      return value === undefined ? whole : `${before}${name}${sign}${value}`;
    },
  );
}

/** Every file of a copy that may hold an address: of the settings and of the code. */
export async function readTexts(facts: BackendFacts, absoluteCopy: string): Promise<Map<string, string>> {
  const files = new Set([
    ...facts.settingsFiles,
    ...facts.addresses.map((one) => one.place.file),
    ...facts.files,
  ]);
  const texts = new Map<string, string>();
  for (const file of files) {
    // Latin-1 keeps every byte as it is, whatever the encoding.
    const bytes = await readFile(join(absoluteCopy, file)).catch(() => undefined);
    if (bytes) texts.set(file, bytes.toString('latin1'));
  }
  return texts;
}

/** Writes the texts that `change` changes back to the copy. */
export async function rewriteTexts(
  texts: ReadonlyMap<string, string>,
  absoluteCopy: string,
  change: (text: string, file: string) => string,
): Promise<void> {
  for (const [file, text] of texts) {
    const changed = change(text, file);
    if (changed !== text) await writeFile(join(absoluteCopy, file), changed, 'latin1');
  }
}

/**
 * The address that would lead to a database of the person's own where there is no box: it is put together by code from
 * parts that could not all be found. `port` is ours.
 */
export function unredirected(
  facts: BackendFacts,
  texts: ReadonlyMap<string, string>,
  targets: Targets,
): string | undefined {
  const parts = Object.keys(partSettings([...texts.values()], targets));
  const named = (like: RegExp) => parts.some((name) => like.test(name) && isDatabasePart(name));
  for (const { dialect, host = 'localhost', port, place } of facts.addresses) {
    if (dialect === 'sqlite') continue;
    // Offsets count characters, and the text has a character for each byte.
    const whole = Buffer.from(texts.get(place.file) ?? '', 'latin1').toString('utf8');
    const text = whole.slice(place.start, place.end) || whole;
    if (redirectUrls(text, targets) !== text) continue;
    const hostKnown = /^(localhost|127\.0\.0\.1)$/.test(host) || named(/HOST|SERVER|ADDR/);
    if (!hostKnown || !(port === targets.database?.port || named(/PORT$/)))
      return `${host}${port ? `:${port}` : ''}, put together in ${place.file}`;
  }
  return undefined;
}

function isDatabasePart(name: string): boolean {
  return new RegExp(DATABASE_PART.source, 'i').test(name);
}
