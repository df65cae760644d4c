import dotenv from 'dotenv';
import { NOWHERE } from './redirect.ts';

/** Another service that the backend's settings or code name. */
export interface Service {
  /** `Redis`. */
  name: string;
  host: string;
  port: number;
  /** `REDIS_URL in .env`. */
  setting: string;
}

/** How each is called, by the schemes of its addresses, the names of its settings, its ports and its client packages. */
const KNOWN = [
  {
    name: 'Redis',
    web: false,
    schemes: /^rediss?$/,
    settings: /REDIS/,
    ports: [6379, 6380],
    packages: /^(redis|aioredis|coredis|arq)$/,
  },
  {
    name: 'RabbitMQ',
    web: false,
    schemes: /^(amqps?|pyamqp)$/,
    settings: /RABBIT|AMQP/,
    ports: [5672, 5671],
    packages: /^(pika|aio_pika|aiormq|amqp|kombu)$/,
  },
  {
    name: 'MongoDB',
    web: false,
    schemes: /^mongodb(\+srv)?$/,
    settings: /MONGO/,
    ports: [27017],
    packages: /^(pymongo|motor)$/,
  },
  {
    name: 'a mail server (SMTP)',
    web: false,
    schemes: /^smtps?$/,
    settings: /SMTP|MAIL|EMAIL/,
    ports: [25, 465, 587, 1025, 2525],
    packages: /^(smtplib|aiosmtplib)$/,
  },
  {
    name: 'object storage (S3)',
    web: true,
    schemes: /^s3$/,
    settings: /S3|MINIO|AWS/,
    ports: [9000],
    packages: /^(boto3|botocore|aiobotocore|minio|s3transfer)$/,
  },
  {
    name: 'Elasticsearch',
    web: true,
    schemes: /^$/,
    settings: /ELASTIC|OPENSEARCH/,
    ports: [9200],
    packages: /^(elasticsearch|elastic_transport|opensearchpy)$/,
  },
  {
    name: 'Kafka',
    web: false,
    schemes: /^kafka$/,
    settings: /KAFKA/,
    ports: [9092],
    packages: /^(kafka|aiokafka|confluent_kafka)$/,
  },
  {
    name: 'Memcached',
    web: false,
    schemes: /^memcached$/,
    settings: /MEMCACHE/,
    ports: [11211],
    packages: /^(pymemcache|aiomcache)$/,
  },
  { name: 'NATS', web: false, schemes: /^nats$/, settings: /NATS/, ports: [4222], packages: /^nats$/ },
] as const;

type Known = (typeof KNOWN)[number];

const ADDRESS = /([a-z][a-z0-9+]*):\/\/(?:[^\s"'@/]*@)?([\w.-]+|\[[\d:a-fA-F]+\])(?::(\d+))?/gi;

/** The services that the texts of settings files and code name, by address or by host and port. */
export function servicesOf(texts: ReadonlyMap<string, string>): Service[] {
  const found = new Map<string, Service>();
  for (const [file, text] of texts)
    for (const service of [
      ...byAddress(file, text),
      ...(isDotenv(file) ? byParts(file, text) : byNames(file, text)),
    ])
      found.set(`${service.name} ${service.host}:${service.port}`, service);
  return [...found.values()];
}

function byAddress(file: string, text: string): Service[] {
  return [...text.matchAll(ADDRESS)].flatMap((match) => {
    const [, scheme = '', host = '', port] = match;
    const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    const variable = /(\w+)["']?\s*(?::\s*[\w.[\] |]+)?\s*[=:,]\s*[^=:,]*$/.exec(line)?.[1];
    const web = /^https?$/i.test(scheme);
    const known = KNOWN.find((one) =>
      web
        ? one.web && one.settings.test(variable?.toUpperCase() ?? '')
        : one.schemes.test(scheme.toLowerCase()),
    );
    if (!known) return [];
    const bare = host.replace(/[[\]]/g, '');
    return [
      {
        name: known.name,
        host: bare,
        port: Number(port ?? known.ports[0]),
        setting: settingIn(variable, file),
      },
    ];
  });
}

/** `REDIS_HOST=cache` and `REDIS_PORT=6380` of a settings file. */
function byParts(file: string, text: string): Service[] {
  const values = dotenv.parse(text);
  return hostsAndPorts(Object.entries(values), file);
}

/** `redis_host: str = "cache"` and `os.getenv("REDIS_PORT", "6380")` of code. */
function byNames(file: string, text: string): Service[] {
  const named =
    /\b(\w+_?(?:HOST|HOSTNAME|SERVER|PORT))\b["']?\s*(?::\s*[\w.[\] |]+)?\s*[=,]\s*["']?([\w.-]+)["']?/gi;
  return hostsAndPorts(
    [...text.matchAll(named)].map(([, name = '', value = '']) => [name, value]),
    file,
  );
}

function hostsAndPorts(pairs: readonly (readonly [string, string])[], file: string): Service[] {
  return KNOWN.flatMap((known) => {
    const own = pairs.filter(([name]) => known.settings.test(name.toUpperCase()));
    const host = own.find(([name]) => /HOST(NAME)?$|SERVER$/i.test(name));
    const port = own.find(([name, value]) => /PORT$/i.test(name) && /^\d+$/.test(value));
    const [first] = host ? [host] : port ? [port] : [];
    if (!first) return [];
    return [
      {
        name: known.name,
        host: host?.[1] ?? 'localhost',
        port: Number(port?.[1] ?? known.ports[0]),
        setting: settingIn(first[0], file),
      },
    ];
  });
}

function isDotenv(file: string): boolean {
  return /(^|\/)\.?env[^/]*$|\.env$/.test(file);
}

function settingIn(variable: string | undefined, file: string): string {
  return variable ? `${variable} in ${file}` : file;
}

/** Where a log says that it could not connect. */
export interface Unreached {
  host?: string;
  port?: number;
}

/**
 * The service behind a failed connection in one sentence: `Redis at cache:6379 (REDIS_URL in .env)`. A log that names
 * no port has the client package in its traceback.
 */
export function describeService(unreached: Unreached, log: string, services: readonly Service[]): string {
  // Without a box we send the backend nowhere: the log then tells of our port instead of its own.
  const { host, port } = unreached.port === NOWHERE ? {} : unreached;
  const known = ofPort(port) ?? (port === undefined ? ofPackage(log) : undefined);
  const found =
    services.find((one) => one.host === host && one.port === port) ??
    services.find((one) => one.port === port && (host === undefined || isLocal(host))) ??
    services.find((one) => one.host === host) ??
    services.find((one) => port === undefined && host === undefined && one.name === known?.name);
  const name = found?.name ?? known?.name;
  const place = host ? `${host}${port ? `:${port}` : ''}` : found && `${found.host}:${found.port}`;
  const where = [name, place && (name ? `at ${place}` : place)].filter(Boolean).join(' ');
  return `${where || 'its name cannot be resolved'}${found ? ` (${found.setting})` : ''}`;
}

function isLocal(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|::1)$/.test(host);
}

function ofPort(port: number | undefined): Known | undefined {
  return KNOWN.find((one) => (one.ports as readonly number[]).includes(port ?? 0));
}

/** By the innermost package of the last traceback that is a service's client. */
function ofPackage(log: string): Known | undefined {
  const names = [...log.matchAll(/(?:site-packages|python3\.\d+)\/(\w+?)(?:\/|\.py)/g)].map(
    ([, name = '']) => name,
  );
  return names.reverse().flatMap((name) => KNOWN.find((one) => one.packages.test(name)) ?? [])[0];
}
