import { join } from 'node:path';
import type { DatabasePlan } from './database-plan.ts';
import type { Endpoint } from './given/messages.ts';
import { type Lending, lend } from './lending.ts';
import type { Service } from './services.ts';

/** What the person named for the backend to use. */
export interface Named {
  databaseUrl?: string;
  redisUrl?: string;
}

/** Lends what was named and is needed, and changes the plan where that is not to be had. Never rejects. */
export async function lendTo(
  plan: DatabasePlan,
  { databaseUrl, redisUrl }: Named,
  options: { absoluteScratch: string; boxed: boolean; onStep: (text: string) => void },
): Promise<{ plan: DatabasePlan; lending: Lending }> {
  if (databaseUrl && !plan.given && plan.kind !== 'unavailable')
    options.onStep(
      `--database-url is not used: the backend runs on ${plan.kind === 'none' ? 'no database' : plan.kind}`,
    );
  if ((databaseUrl && plan.given) || redisUrl) options.onStep('borrowing from the server that was named');
  const lending = await lend({
    ...(databaseUrl && plan.given ? { database: { url: databaseUrl, names: namesOf(plan) } } : {}),
    ...(redisUrl ? { redis: { url: redisUrl } } : {}),
    ...(options.boxed ? { absoluteSockets: options.absoluteScratch } : {}),
    absoluteScratch: options.absoluteScratch,
  });
  const { database } = lending;
  if (database && 'made' in database) options.onStep(`scratch database ${database.made.join(', ')}`);
  if (!database || !('problem' in database)) return { plan, lending };
  const reason = `no scratch database on the server of --database-url: ${database.problem}`;
  return { plan: { ...plan, kind: 'unavailable', reason }, lending };
}

/** How it went with the Redis: undefined where none was named. */
export function redisOf(redisUrl: string | undefined, { redis }: Lending): { problem?: string } | undefined {
  if (!redisUrl) return undefined;
  return redis && 'problem' in redis ? { problem: redis.problem } : {};
}

/**
 * The backend's settings with the scratch databases' own names in them. MySQL's information_schema is asked by name, as TypeORM
 * does to see which tables there are; by the name of the address it would find none. PostgreSQL looks in the one it is connected to.
 */
export function withScratchNames(
  settings: Record<string, string>,
  plan: DatabasePlan,
  { database }: Pick<Lending, 'database'>,
): Record<string, string> {
  const made = plan.kind === 'mysql' && database && 'made' in database ? database.made : [];
  const scratch = new Map(namesOf(plan).map((name, at) => [name, made[at]]));
  const entries = Object.entries(settings).map(([name, value]): [string, string] => {
    const url = /^((?:mysql2?|mariadb):\/\/[^/?#]*\/)([^?#]+)(.*)$/s.exec(value);
    const found = scratch.get(url?.[2] ?? (/(^|_)(NAME|DATABASE|DB)$/.test(name) ? value : ''));
    return [name, found === undefined ? value : `${url?.[1] ?? ''}${found}${url?.[3] ?? ''}`];
  });
  return Object.fromEntries(entries);
}

function namesOf(plan: DatabasePlan): string[] {
  const names = plan.databases.map((one) => one.name);
  return names.length > 0 ? names : ['app'];
}

/** A place to listen on, and where what connects to it is passed on to. */
export interface Relay {
  listen: Endpoint;
  to: Endpoint;
}

/** What must be listened on in the box for the backend's settings to lead to what is there. */
export function relaysInBox(
  plan: DatabasePlan,
  lending: Lending,
  services: readonly Service[],
  folder: string,
): Relay[] {
  const inside = (to: Endpoint): Endpoint => ('path' in to ? { path: join(folder, lastPart(to.path)) } : to);
  const { database, redis } = lending;
  const relays: Relay[] = [];
  if (database && 'endpoint' in database) {
    const places = [...plan.ports.map((port) => ({ port })), ...socketsOf(plan)];
    relays.push(...places.map((listen) => ({ listen, to: inside(database.endpoint) })));
  } else if (plan.kind === 'postgresql') {
    const others = plan.ports.filter((port) => port !== plan.port);
    relays.push(...others.map((port) => ({ listen: { port }, to: { port: plan.port } })));
  }
  if (redis && 'endpoint' in redis)
    relays.push(
      ...redisPorts(services, plan).map((port) => ({ listen: { port }, to: inside(redis.endpoint) })),
    );
  return relays;
}

/** Where clients look for a server without being told: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-HOST */
function socketsOf(plan: DatabasePlan): Endpoint[] {
  if (plan.kind === 'mysql')
    return ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/tmp/mysql.sock'].map((path) => ({
      path,
    }));
  return plan.ports.flatMap((port) =>
    ['/tmp', '/var/run/postgresql'].map((folder) => ({ path: `${folder}/.s.PGSQL.${port}` })),
  );
}

/** Every port that Redis is looked for on; an ordinary user may not listen below 1024. */
export function redisPorts(services: readonly Service[], plan: DatabasePlan): number[] {
  const named = services.filter(({ name }) => name === 'Redis').map(({ port }) => port);
  return [...new Set([6379, ...named])].filter(
    (port) => port >= 1024 && port < 65536 && !plan.ports.includes(port),
  );
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
