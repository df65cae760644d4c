import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { RedisServer } from './redis-server.ts';
import { command, type Reply, readReply } from './resp.ts';
import { isLeftover, mark, reasonOf } from './scratch.ts';
import { nameFor } from './server-address.ts';

/** A connection that is logged in. Rejects with the reason. */
export async function openRedis(server: RedisServer): Promise<Duplex> {
  const { host, port, user, password, tls, unverified } = server;
  const stream = tls
    ? connectTls({ host, port, ...nameFor(host), rejectUnauthorized: !unverified })
    : connectTcp({ host, port });
  stream.setTimeout(15_000, () => stream.destroy(new Error(`${host}:${port} does not answer`)));
  await once(stream, tls ? 'secureConnect' : 'connect');
  stream.setTimeout(0);
  stream.on('error', () => {});
  if (password) await ask(stream, ['AUTH', ...(user ? [user] : []), password]);
  return stream;
}

export async function ask(stream: Duplex, words: readonly string[]): Promise<Reply> {
  stream.write(command(words));
  return readReply(stream);
}

/** Numbered databases that were empty, lent to one backend: one for each number that it asks for. */
export class RedisScratch {
  version = '';
  private readonly server: RedisServer;
  private admin: Duplex | undefined;
  private free: number[] = [];
  private readonly lent = new Map<number, number>();

  constructor(server: RedisServer) {
    this.server = server;
  }

  /** Looks for databases that are empty. Rejects where there is none. */
  async open(): Promise<this> {
    this.admin = await openRedis(this.server);
    const info = String(await ask(this.admin, ['INFO']));
    this.version = `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? ''}`.trim();
    const used = new Set([...info.matchAll(/^db(\d+):keys=/gm)].map(([, number]) => Number(number)));
    this.free = Array.from({ length: await this.count() }, (_, at) => at)
      .filter((number) => !used.has(number))
      .reverse();
    if (this.free.length === 0) throw new Error(await this.noneIsEmpty([...used]));
    return this;
  }

  private async count(): Promise<number> {
    const [, number] = (await this.ask('CONFIG', 'GET', 'databases').catch(() => [])) as Reply[];
    // CONFIG may be forbidden, as hosted servers do; 16 is what Redis comes with.
    return Number(number ?? 16);
  }

  private async noneIsEmpty(used: number[]): Promise<string> {
    const own: number[] = [];
    for (const number of used) {
      await this.ask('SELECT', String(number));
      const text = await this.ask('GET', MARK).catch(() => null);
      if (typeof text === 'string' && isLeftover(text)) own.push(number);
    }
    const left = own.map(
      (number) => `a run that was killed left database ${number}: redis-cli -n ${number} flushdb`,
    );
    return ['none of its databases is empty', ...left].join('; ');
  }

  /** The real number of the database that the backend calls by this one; the first ask for it lends it. */
  async numberFor(asked: number): Promise<number> {
    const known = this.lent.get(asked);
    if (known !== undefined) return known;
    for (let number = this.free.pop(); number !== undefined; number = this.free.pop()) {
      await this.ask('SELECT', String(number));
      // Whoever took it meanwhile, a run beside this one or somebody else, has written to it.
      if ((await this.ask('DBSIZE')) !== 0 || (await this.ask('SET', MARK, mark(), 'NX')) !== 'OK') continue;
      this.lent.set(asked, number);
      return number;
    }
    throw new Error(`no empty database is left for number ${asked}`);
  }

  /** Empties what was lent. */
  async drop(): Promise<string[]> {
    const left: string[] = [];
    for (const number of this.lent.values()) {
      try {
        await this.ask('SELECT', String(number));
        await this.ask('FLUSHDB');
      } catch (error) {
        left.push(`Redis database ${number}: ${reasonOf(error)}`);
      }
    }
    this.admin?.destroy();
    return left;
  }

  connect(): Promise<Duplex> {
    return openRedis(this.server);
  }

  private turn: Promise<unknown> = Promise.resolve();

  /** One after the other, for they share a connection. */
  private ask(...words: string[]): Promise<Reply> {
    const { admin } = this;
    if (!admin) throw new Error('there is no connection');
    const answer = this.turn.then(() => ask(admin, words));
    this.turn = answer.catch(() => {});
    return answer;
  }
}

/** A key that says whose the database is as long as it is lent. */
const MARK = 'fix-backend:lent';
