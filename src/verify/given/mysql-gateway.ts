import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket, connect as tlsConnect } from 'node:tls';
import { greetingOf, type MysqlGreeting, type MysqlServer, openMysql, placeOf } from './mysql-scratch.ts';
import { type Scratch, scratchFor } from './scratch.ts';
import { nameFor } from './server-address.ts';
import { join, take } from './streams.ts';

/** https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html */
const CONNECT_WITH_DB = 0x8;
const COMPRESS = 0x20;
const SSL = 0x800;
const PLUGIN_AUTH = 0x80000;
const CONNECT_ATTRS = 0x100000;
const LENENC_AUTH = 0x200000;
const SESSION_TRACK = 0x800000;
const QUERY_ATTRIBUTES = 0x8000000;
const ZSTD = 0x4000000;
const MULTI_FACTOR = 0x10000000;
/** What changes how packets are read after the login, or needs more of a login than we do. */
const NOT_OFFERED = (COMPRESS | ZSTD | CONNECT_ATTRS | MULTI_FACTOR | QUERY_ATTRIBUTES | SESSION_TRACK) >>> 0;
const NATIVE = 'mysql_native_password';
const SHA2 = 'caching_sha2_password';

interface Packet {
  sequence: number;
  body: Buffer;
}

/**
 * Lets a client of the backend in, whoever it says it is, and connects it to the scratch database as the scratch user:
 * neither an address of the backend has to be changed for it, nor does a password come near it.
 */
export async function lendMysql(
  socket: Socket,
  server: MysqlServer,
  scratch: Scratch,
  tls: SecureContext | undefined,
): Promise<void> {
  const { stream, greeting } = await greeted(server);
  const offered = (greeting.capabilities & ~NOT_OFFERED & ~SSL) | (tls ? SSL : 0);
  const plugin = greeting.plugin === SHA2 ? SHA2 : NATIVE;
  write(socket, 0, greetingFor(greeting, offered, plugin));
  const { client, sequence, response } = await clientResponse(socket, tls);
  const login = responseOf(response);
  const database = scratchFor(scratch, login.database || '');
  try {
    const flags = (login.flags & offered & ~SSL) >>> 0;
    const done = await logIn(stream, greeting, server, scratch, { ...login, flags, database });
    let next = sequence + 1;
    if (login.plugin === SHA2 && login.secret && done.body[0] === 0)
      write(client, next++, Buffer.from([1, 3]));
    write(client, next, done.body);
    if (done.body[0] !== 0) client.end();
    else join(client, done.upstream);
  } catch (error) {
    write(client, sequence + 1, errorPacket(String((error as Error).message)));
    client.end();
    stream.destroy();
  }
}

async function greeted(server: MysqlServer): Promise<{ stream: Duplex; greeting: MysqlGreeting }> {
  const stream = connect(placeOf(server));
  stream.setNoDelay(true);
  return { stream, greeting: greetingOf((await packet(stream)).body) };
}

/** The server's own greeting, with a scramble that nobody will look at and without the extensions of MariaDB. */
function greetingFor({ version, charset }: MysqlGreeting, capabilities: number, plugin: string): Buffer {
  const scramble = Buffer.from(randomBytes(20).map((byte) => (byte % 94) + 33));
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE((capabilities | 1) >>> 0);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`, 'latin1'),
    Buffer.alloc(4),
    scramble.subarray(0, 8),
    Buffer.from([0, flags[0] ?? 0, flags[1] ?? 0, charset, 2, 0, flags[2] ?? 0, flags[3] ?? 0, 21]),
    Buffer.alloc(10),
    scramble.subarray(8),
    Buffer.from(`\0${plugin}\0`),
  ]);
}

/** The client's answer, behind TLS where it asks for that first. */
async function clientResponse(
  socket: Socket,
  tls: SecureContext | undefined,
): Promise<{ client: Duplex; sequence: number; response: Buffer }> {
  const first = await packet(socket);
  const asksForTls = first.body.length === 32 && (first.body.readUInt32LE(0) & SSL) !== 0;
  if (!asksForTls || !tls) return { client: socket, sequence: first.sequence, response: first.body };
  const client = new TLSSocket(socket, { isServer: true, secureContext: tls });
  client.on('error', () => socket.destroy());
  const second = await packet(client);
  return { client, sequence: second.sequence, response: second.body };
}

interface Login {
  flags: number;
  charset: number;
  database: string;
  /** Whether a password was given at all. */
  secret: boolean;
  plugin: string;
}

function responseOf(body: Buffer): Login {
  const flags = body.readUInt32LE(0);
  let at = body.indexOf(0, 32) + 1;
  const text = () => {
    const end = body.indexOf(0, at) < 0 ? body.length : body.indexOf(0, at);
    const found = body.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  const size = body[at] ?? 0;
  at += 1 + size;
  const database = flags & CONNECT_WITH_DB ? text() : '';
  const plugin = flags & PLUGIN_AUTH ? text() : NATIVE;
  return { flags, charset: body[8] ?? 45, database, secret: size > 1, plugin };
}

/** Logs in as the scratch user; resolves with the server's last word, an OK or an error. */
async function logIn(
  stream: Duplex,
  greeting: MysqlGreeting,
  server: MysqlServer,
  scratch: Scratch,
  login: Login,
): Promise<{ upstream: Duplex; body: Buffer }> {
  const password = scratch.login.password ?? '';
  const needed = CONNECT_WITH_DB | PLUGIN_AUTH | (server.tls ? SSL : 0);
  const flags = ((login.flags & ~LENENC_AUTH) | 0x8000 | needed | 1) >>> 0;
  const head = Buffer.alloc(32);
  head.writeUInt32LE(flags, 0);
  head.writeUInt32LE(0xffffff, 4);
  head[8] = login.charset;
  let sequence = 1;
  let upstream = stream;
  if (server.tls) {
    write(stream, sequence++, head);
    upstream = tlsConnect({ ...nameFor(server.host), ...server.tls, socket: stream as Socket });
  }
  const secret = secretFor(greeting.plugin, password, greeting.scramble);
  const text = (value: string) => Buffer.from(`${value}\0`);
  const names = [text(scratch.login.user), Buffer.from([secret.length]), secret, text(login.database)];
  write(upstream, sequence, Buffer.concat([head, ...names, text(greeting.plugin)]));
  return { upstream, body: await verdictOf(upstream, server, scratch, password) };
}

/** Follows the server through a change of method; caching_sha2 knows a password once its user has come in by it. */
async function verdictOf(
  upstream: Duplex,
  server: MysqlServer,
  scratch: Scratch,
  password: string,
): Promise<Buffer> {
  for (;;) {
    const { sequence, body } = await packet(upstream);
    if (body[0] === 0xfe) {
      const end = body.indexOf(0, 1);
      write(
        upstream,
        sequence + 1,
        secretFor(body.toString('latin1', 1, end), password, body.subarray(end + 1, end + 21)),
      );
    } else if (body[0] === 1 && body[1] === 4) {
      // Its memory is gone: a client that can do the whole exchange comes in once, and the next try is quick.
      await (await openMysql({ ...server, ...scratch.login })).end();
      return errorPacket('the server forgot the password; the next connection is let in');
    } else if (body[0] !== 1) return body;
  }
}

function secretFor(plugin: string, password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const hash = (name: string, ...parts: Buffer[]) => {
    const made = createHash(name);
    for (const part of parts) made.update(part);
    return made.digest();
  };
  const xor = (one: Buffer, other: Buffer) => Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
  const name = plugin === SHA2 ? 'sha256' : 'sha1';
  const once = hash(name, Buffer.from(password));
  const twice = hash(name, once);
  const salt = scramble.subarray(0, 20);
  return xor(once, plugin === SHA2 ? hash(name, twice, salt) : hash(name, salt, twice));
}

async function packet(stream: Duplex): Promise<Packet> {
  const head = await take(stream, 4);
  return { sequence: head[3] ?? 0, body: await take(stream, head.readUIntLE(0, 3)) };
}

function write(stream: Duplex, sequence: number, body: Buffer): void {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence & 255;
  stream.write(Buffer.concat([head, body]));
}

/** 2013, lost connection, of class 08. */
function errorPacket(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xdd, 0x07]), Buffer.from(`#08S01${text}`)]);
}
