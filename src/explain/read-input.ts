import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FixBackendError } from '../types.ts';

/** More than this of a log is not looked at: its end is where the server stopped. */
const MOST = 8 * 1024 * 1024;

/** The end of a log file, as text. Throws FixBackendError (2) where it cannot be read. */
export function readLogFile(absolutePath: string, typed: string): string {
  let file: number | undefined;
  try {
    file = openSync(absolutePath, 'r');
    const { size } = fstatSync(file);
    const start = Math.max(0, size - MOST);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(file, bytes, 0, bytes.length, start);
    return decoded(bytes.subarray(0, length));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FixBackendError(`${typed} cannot be read (${reason}).`, {
      untouched: '',
      next: 'Paste the error instead:  fix-backend explain < error.log',
      exitCode: 2,
      cause: error,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** How long standard input may stay silent, in milliseconds: before its first bytes, and after them. */
export interface Patience {
  first: number;
  next: number;
}

/**
 * What comes by standard input, to its end or until it stays silent for too long: a log that is followed never ends. Undefined where
 * nothing came. It is not to be asked of a terminal.
 */
export function readStandardInput(
  stream: NodeJS.ReadStream,
  patience: Patience,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let timer = setTimeout(done, patience.first);
    function done(): void {
      clearTimeout(timer);
      stream.removeListener('data', take);
      stream.removeListener('end', done);
      stream.removeListener('error', done);
      stream.pause();
      // A pipe that stays open would keep the program running.
      stream.unref?.();
      resolve(bytes.length > 0 ? decoded(bytes) : undefined);
    }
    function take(chunk: Buffer | string): void {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]).subarray(-MOST);
      clearTimeout(timer);
      timer = setTimeout(done, patience.next);
    }
    stream.on('data', take);
    stream.on('end', done);
    stream.on('error', done);
  });
}

/** UTF-8, or UTF-16 as PowerShell's `>` writes it. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
