/**
 * Lends databases of servers that the person named; a program of its own, so that it outlives a verification that is
 * interrupted or killed: once nobody holds its standard input any more, it takes back what it lent, and ends.
 *
 *     lender      a LendRequest on the first line of standard input; a LendAnswer, and at last a LendEnd, on standard output
 *
 * Passwords come in by standard input only, and leave by no way but to their servers.
 */
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SecureContext } from 'node:tls';
import { selfSigned } from './certificate.ts';
import type { Endpoint, LendAnswer, LendRequest } from './messages.ts';
import { lendMysql } from './mysql-gateway.ts';
import { makeMysqlScratch, mysqlServer } from './mysql-scratch.ts';
import { lendPostgres } from './postgres-gateway.ts';
import { makePostgresScratch, postgresServer } from './postgres-scratch.ts';
import { lendRedis } from './redis-gateway.ts';
import { RedisScratch } from './redis-scratch.ts';
import { redisServer } from './redis-server.ts';
import { reasonOf, type Scratch } from './scratch.ts';
import { serverAddress } from './server-address.ts';

const PATIENCE = 30_000;

/** What has to be taken back, in this order. */
const taken: (() => Promise<string[]>)[] = [];
const servers: Server[] = [];
const clients = new Set<Socket>();

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const) process.on(name, () => {});
process.stdout.on('error', () => {});
// One connection's error must not keep the rest from being lent, nor anything from being taken back.
process.on('uncaughtException', (error) => process.stderr.write(`${error.stack}\n`));

const lines = createInterface({ input: process.stdin });
let asked = false;
lines.on('line', (line) => {
  if (asked) return;
  asked = true;
  lending = answer(JSON.parse(line) as LendRequest);
});
lines.on('close', () => void end());
let lending: Promise<void> = Promise.resolve();

async function answer(request: LendRequest): Promise<void> {
  const tls = await selfSigned(request.absoluteScratch);
  const found: LendAnswer = {};
  if (request.database) found.database = await lendDatabase(request, request.database, tls).catch(problemOf);
  if (request.redis) found.redis = await lendOneRedis(request, request.redis.url, tls).catch(problemOf);
  say(found);
}

async function lendDatabase(
  request: LendRequest,
  { url, names }: NonNullable<LendRequest['database']>,
  tls: SecureContext | undefined,
): Promise<NonNullable<LendAnswer['database']>> {
  const address = serverAddress(url);
  const { kind } = address;
  const scratch = await (kind === 'postgresql' ? makePostgresScratch : makeMysqlScratch)(address, names);
  taken.push(() => scratch.drop());
  const letIn =
    kind === 'postgresql'
      ? (
          (server) => (socket: Socket) =>
            lendPostgres(socket, server, scratch, tls)
        )(await postgresServer(address))
      : (
          (server) => (socket: Socket) =>
            lendMysql(socket, server, scratch, tls)
        )(await mysqlServer(address));
  return {
    kind,
    version: scratch.version,
    made: [...scratch.databases.values()],
    ownRole: scratch.ownRole,
    endpoint: await listen(request, 'database', letIn),
    question: await listen(request, 'question', (socket) => answerQuestion(socket, scratch)),
  };
}

/** `left-open` is answered by the connections that stay in a transaction, `anew` by empty databases of the same names. */
async function answerQuestion(socket: Socket, scratch: Scratch): Promise<void> {
  const [question] = await once(socket, 'data');
  if (String(question).trim() === 'anew') await scratch.anew();
  const said = String(question).trim() === 'left-open' ? await scratch.leftOpen() : true;
  socket.end(JSON.stringify(said));
}

async function lendOneRedis(
  request: LendRequest,
  url: string,
  tls: SecureContext | undefined,
): Promise<NonNullable<LendAnswer['redis']>> {
  const scratch = await new RedisScratch(redisServer(url)).open();
  taken.push(() => scratch.drop());
  return {
    version: scratch.version,
    endpoint: await listen(request, 'redis', (socket) => lendRedis(socket, scratch, tls)),
  };
}

/** Whatever goes wrong with one client ends that client's connection only. */
async function listen(
  { absoluteSockets }: LendRequest,
  name: string,
  serve: (socket: Socket) => Promise<void>,
): Promise<Endpoint> {
  const server = createServer((socket) => {
    clients.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => clients.delete(socket));
    serve(socket).catch(() => socket.destroy());
  });
  servers.push(server);
  const path = absoluteSockets && join(absoluteSockets, `${name}.sock`);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (path) server.listen(path, resolve);
    else server.listen(0, '127.0.0.1', resolve);
  });
  if (!path) return { port: (server.address() as { port: number }).port };
  await chmod(path, 0o666);
  return { path };
}

/** Takes everything back once nobody holds our input any more. What is still being made is waited for. */
async function end(): Promise<void> {
  setTimeout(() => process.exit(1), PATIENCE);
  await lending.catch(() => {});
  for (const server of servers) server.close();
  for (const client of clients) client.destroy();
  const left: string[] = [];
  for (const back of taken) left.push(...(await back().catch((error) => [reasonOf(error)])));
  say({ left });
  process.stdout.write('', () => process.exit(0));
}

function problemOf(error: unknown): { problem: string } {
  return { problem: reasonOf(error) };
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
