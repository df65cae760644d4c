import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import pg from 'pg';
import type { PostgresServer } from './postgres-scratch.ts';
import { type Scratch, scratchFor } from './scratch.ts';
import { join, take } from './streams.ts';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const MOST = 10_000;

/**
 * Lets a client of the backend in, whoever it says it is, and connects it to the scratch database as the scratch role:
 * neither an address of the backend has to be changed for it, nor does a password come near it.
 */
export async function lendPostgres(
  socket: Socket,
  server: PostgresServer,
  scratch: Scratch,
  tls: SecureContext | undefined,
): Promise<void> {
  const { client, code, body } = await firstMessage(socket, tls);
  if (code === CANCEL_REQUEST) return cancel(client, server, body);
  const { replication: _, ...asked } = parameters(body);
  const database = scratchFor(scratch, asked.database || asked.user || '');
  const upstream = new Upstream({ ...server, ...scratch.login, database }, asked);
  try {
    const greeting = await upstream.greeting();
    client.write(greeting);
    join(client, upstream.stream());
  } catch (error) {
    client.end(errorMessage(error));
  }
}

/** The start-up message, behind whatever encryption the client asks for. */
async function firstMessage(
  socket: Socket,
  tls: SecureContext | undefined,
): Promise<{ client: Duplex; code: number; body: Buffer }> {
  let client: Duplex = socket;
  for (;;) {
    const head = await take(client, 8);
    const size = head.readInt32BE(0) - 8;
    const code = head.readInt32BE(4);
    if (size < 0 || size > MOST) throw new Error('that is no start-up message');
    const body = await take(client, size);
    if (code === SSL_REQUEST && tls && client === socket) {
      client.write('S');
      client = new TLSSocket(socket, { isServer: true, secureContext: tls });
      client.on('error', () => socket.destroy());
    } else if (code === SSL_REQUEST || code === GSS_REQUEST) client.write('N');
    else return { client, code, body };
  }
}

function parameters(body: Buffer): Record<string, string> {
  const words = body.toString('utf8').split('\0');
  const found: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length && words[at]; at += 2) found[words[at] ?? ''] = words[at + 1] ?? '';
  return found;
}

/** A login with the client's own settings; what the server says on the way is kept for the client. */
class Upstream extends pg.Client {
  private readonly said: Buffer[] = [message('R', int32(0))];
  private readonly settings: Record<string, string>;

  constructor(config: pg.ClientConfig, asked: Record<string, string>) {
    super({ ...config, connectionTimeoutMillis: 15_000 });
    this.settings = { ...asked, user: String(config.user), database: String(config.database) };
    this.on('error', () => {});
  }

  /** What pg sends as the start-up message. */
  getStartupConf(): Record<string, string> {
    return this.settings;
  }

  async greeting(): Promise<Buffer> {
    const { connection } = this as unknown as { connection: NodeJS.EventEmitter };
    connection.on('parameterStatus', (one: { parameterName: string; parameterValue: string }) =>
      this.said.push(message('S', Buffer.from(`${one.parameterName}\0${one.parameterValue}\0`))),
    );
    connection.on('backendKeyData', (one: { processID: number; secretKey: number }) =>
      this.said.push(message('K', Buffer.concat([int32(one.processID), int32(one.secretKey)]))),
    );
    await this.connect();
    return Buffer.concat([...this.said, message('Z', Buffer.from('I'))]);
  }

  /** The connection itself; from here on pg reads nothing of it. */
  stream(): Duplex {
    const { stream } = (this as unknown as { connection: { stream: Duplex } }).connection;
    for (const name of ['data', 'end']) stream.removeAllListeners(name);
    return stream;
  }
}

function message(kind: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** The server's own error where it is one, else one of class 08, connection exception. */
function errorMessage(error: unknown): Buffer {
  const { severity = 'FATAL', code, message: text } = error as Record<string, string | undefined>;
  const state = code?.length === 5 ? code : '08006';
  return message('E', Buffer.from(`S${severity}\0V${severity}\0C${state}\0M${text || code}\0\0`));
}

/** A request to cancel goes over a connection of its own. It has no answer. */
function cancel(client: Duplex, { host, port }: PostgresServer, key: Buffer): void {
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const upstream = connect(address, () =>
    upstream.end(Buffer.concat([int32(16), int32(CANCEL_REQUEST), key])),
  );
  upstream.on('error', () => {});
  upstream.on('close', () => client.end());
  upstream.resume();
}
