import { closeSync, constants, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { FixBackendError } from '../types.ts';
import { errorCode, ioError, onFile } from './io-error.ts';

/**
 * Does the work while no other fix-backend writes below this root. Throws FixBackendError (3) at once where one does.
 * On Linux the lock is an abstract unix socket, which the kernel frees however the process ends (unix(7)); it holds
 * for one network namespace. Elsewhere it is a file that names its process; one left by a crash is never taken over
 * in silence.
 */
export async function withLock<T>(absoluteRoot: string, work: () => T | Promise<T>): Promise<T> {
  return process.platform === 'linux' ? withSocketLock(absoluteRoot, work) : withFileLock(absoluteRoot, work);
}

/** True where `withLock` would refuse because another process is at work. */
export function isBusy(error: unknown): boolean {
  return error instanceof BusyError;
}

class BusyError extends FixBackendError {}

async function withSocketLock<T>(absoluteRoot: string, work: () => T | Promise<T>): Promise<T> {
  const { dev, ino } = onFile(absoluteRoot, () => statSync(absoluteRoot, { bigint: true }));
  const server = await listen(`\0fix-backend:${dev}:${ino}`, absoluteRoot);
  try {
    return await work();
  } catch (error) {
    throw ioError(absoluteRoot, error);
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

function listen(path: string, absoluteRoot: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(errorCode(error) === 'EADDRINUSE' ? busy(absoluteRoot) : ioError('the lock', error));
    });
    server.listen({ path }, () => resolve(server));
  });
}

function busy(absoluteRoot: string): BusyError {
  return new BusyError(`Another fix-backend is writing in ${absoluteRoot}.`, {
    next: 'Wait until it is done, then run the same command again.',
    exitCode: 3,
  });
}

/** The lock for systems without abstract sockets: a file made with O_EXCL, holding process id and boot time. */
export async function withFileLock<T>(absoluteRoot: string, work: () => T | Promise<T>): Promise<T> {
  const path = join(absoluteRoot, '.fix-backend.lock');
  takeFile(path, absoluteRoot);
  try {
    return await work();
  } catch (error) {
    throw ioError(absoluteRoot, error);
  } finally {
    unlinkSync(path);
  }
}

function takeFile(path: string, absoluteRoot: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  try {
    const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    writeSync(fd, JSON.stringify({ pid: process.pid, boot: bootTime() }));
    closeSync(fd);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw ioError('.fix-backend.lock', error);
    throw isLeftOver(path) ? leftOver(path) : busy(absoluteRoot);
  }
}

/** Seconds since 1970 at which the machine started; two reckonings of it differ by a second or two. */
function bootTime(): number {
  return Math.round(Date.now() / 1000 - uptime());
}

function isLeftOver(path: string): boolean {
  try {
    const { pid, boot } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; boot: number };
    return Math.abs(boot - bootTime()) > 60 || !isAlive(pid);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function leftOver(path: string): FixBackendError {
  return new FixBackendError(`${path} was left by a fix-backend that was broken off.`, {
    next: `Make sure that none is running, then remove it:  rm '${path}'`,
    exitCode: 3,
  });
}
