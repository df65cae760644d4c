import type { Duplex } from 'node:stream';
import { take } from './streams.ts';

/** A reply of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export type Reply = string | number | null | Reply[];

const MOST = 512 * 1024 * 1024;

/** One command as clients send it: an array of bulk strings. An inline command is split at its spaces. */
export async function readCommand(stream: Duplex): Promise<Buffer[]> {
  const line = await readLine(stream);
  if (!line.startsWith('*'))
    return line
      .split(' ')
      .filter(Boolean)
      .map((word) => Buffer.from(word));
  const words: Buffer[] = [];
  for (let left = Number(line.slice(1)); left > 0; left -= 1) {
    const size = Number((await readLine(stream)).slice(1));
    if (!Number.isInteger(size) || size < 0 || size > MOST) throw new Error('that is no command');
    words.push(await take(stream, size));
    await take(stream, 2);
  }
  return words;
}

export function command(words: readonly (Buffer | string)[]): Buffer {
  const parts = words.flatMap((word) => {
    const bytes = Buffer.from(word as Buffer);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

/** One reply. Throws the server's error. */
export async function readReply(stream: Duplex): Promise<Reply> {
  const line = await readLine(stream);
  const rest = line.slice(1);
  if (line[0] === '-') throw new Error(rest);
  if (line[0] === '+') return rest;
  if (line[0] === ':') return Number(rest);
  const size = Number(rest);
  if (size < 0) return null;
  if (line[0] === '$') {
    const found = await take(stream, size);
    await take(stream, 2);
    return found.toString('utf8');
  }
  const items: Reply[] = [];
  for (let left = size; left > 0; left -= 1) items.push(await readReply(stream));
  return items;
}

async function readLine(stream: Duplex): Promise<string> {
  const bytes: number[] = [];
  for (;;) {
    const [byte = 0] = await take(stream, 1);
    if (byte === 10) return Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
    if (bytes.push(byte) > 65_536) throw new Error('that is no command');
  }
}
