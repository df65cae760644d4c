import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { RedisScratch } from './redis-scratch.ts';
import { command, readCommand } from './resp.ts';
import { take } from './streams.ts';

/** Commands that reach beyond the database that is lent, or change the server. */
const REFUSED =
  /^(SHUTDOWN|DEBUG|SWAPDB|MOVE|MIGRATE|REPLICAOF|SLAVEOF|FAILOVER|CLUSTER|ACL|MODULE|SAVE|BGSAVE|BGREWRITEAOF|MONITOR|SYNC|PSYNC|FUNCTION)$/;
const SCRIPT = /^(EVAL|EVAL_RO|SCRIPT)$/;
const BEYOND = /\b(select|flushall|swapdb|move|shutdown|config|migrate)\b/i;
const TLS_HELLO = 0x16;

/**
 * Lets a client of the backend in with whatever password, and gives it an empty database for each number that it asks
 * for. Every command is answered by the server itself, so answers keep their order: what is not allowed is sent on
 * under a name that no command has.
 */
export async function lendRedis(
  socket: Socket,
  scratch: RedisScratch,
  tls: SecureContext | undefined,
): Promise<void> {
  const client = await decrypted(socket, tls);
  const upstream = await scratch.connect();
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  let number = await scratch.numberFor(0);
  upstream.write(command(['SELECT', String(number)]));
  await take(upstream, '+OK\r\n'.length);
  upstream.pipe(client);
  for (;;) {
    const words = await readCommand(client);
    if (words.length === 0) continue;
    const asked = Number(words[1]);
    if (nameOf(words) === 'SELECT' && Number.isInteger(asked) && asked >= 0)
      number = await scratch.numberFor(asked).catch(() => -1);
    await send(upstream, command(allowed(words, number)));
  }
}

async function decrypted(socket: Socket, tls: SecureContext | undefined): Promise<Duplex> {
  const first = await take(socket, 1);
  socket.unshift(first);
  if (first[0] !== TLS_HELLO || !tls) return socket;
  const client = new TLSSocket(socket, { isServer: true, secureContext: tls });
  client.on('error', () => socket.destroy());
  return client;
}

function send(stream: Duplex, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) =>
    stream.write(bytes, (error) => (error ? reject(error) : resolve())),
  );
}

function nameOf(words: readonly Buffer[]): string {
  return (words[0] ?? '').toString('latin1').toUpperCase();
}

/** The command as the server gets it; `number` is the database that the client has now. */
function allowed(words: readonly Buffer[], number: number): (Buffer | string)[] {
  const name = nameOf(words);
  const first = words[1]?.toString('latin1').toUpperCase() ?? '';
  if (name === 'SELECT' || name === 'AUTH')
    return number < 0 ? refused('SELECT') : ['SELECT', String(number)];
  if (name === 'HELLO') return withoutLogin(words);
  if (name === 'FLUSHALL') return ['FLUSHDB'];
  if (name === 'CONFIG' && first !== 'GET') return refused(`CONFIG ${first}`);
  if (name === 'COPY' && words.some((word) => /^db$/i.test(word.toString('latin1'))))
    return refused('COPY DB');
  if (SCRIPT.test(name) && words.some((word) => BEYOND.test(word.toString('latin1')))) return refused(name);
  return REFUSED.test(name) ? refused(name) : [...words];
}

/** A name that no command has: the server says itself that it does not know it. */
function refused(name: string): string[] {
  return [`not-lent-by-fix-backend:${name}`];
}

/** `HELLO 3 AUTH user password SETNAME name`: the gateway is logged in already. */
function withoutLogin(words: readonly Buffer[]): (Buffer | string)[] {
  const at = words.findIndex((word) => /^auth$/i.test(word.toString('latin1')));
  return at < 0 ? [...words] : [...words.slice(0, at), ...words.slice(at + 3)];
}
