import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import type { LeftOpen } from './messages.ts';

/** Databases of our own on a given server, and who uses them. */
export interface Scratch {
  /** `PostgreSQL 15.20`. */
  version: string;
  login: { user: string; password: string | undefined };
  /** The scratch database for each name that the backend knows; others get the first. */
  databases: ReadonlyMap<string, string>;
  ownRole: boolean;
  /** What the backend's connections have left open. Rejects where the account may not see it. */
  leftOpen(): Promise<LeftOpen>;
  /** Makes the databases anew, empty. */
  anew(): Promise<void>;
  /** Drops everything; what could not be dropped, each with the reason. */
  drop(): Promise<string[]>;
}

export const PREFIX = 'fix_backend_';

/** A name that nothing else has, for a role and as the beginning of databases. */
export function scratchName(): string {
  return PREFIX + randomBytes(6).toString('hex');
}

/** A password that every rule for passwords accepts. */
export function scratchPassword(): string {
  return `Aa1-${randomBytes(18).toString('hex')}`;
}

/** The scratch database for each of the backend's names. */
export function named(base: string, names: readonly string[]): Map<string, string> {
  return new Map(names.map((name, at) => [name, at === 0 ? base : `${base}_${at + 1}`]));
}

/** The scratch database for a name; the first where the backend never named it. */
export function scratchFor(scratch: Pick<Scratch, 'databases'>, name: string): string {
  const made = [...scratch.databases.values()];
  return scratch.databases.get(name) ?? (made.includes(name) ? name : made[0]) ?? '';
}

const MARK = 'fix-backend scratch ';
const DAY = 24 * 3600;

/** What is written on everything that we make on a given server: whose it is, and since when. */
export function mark(): string {
  return MARK + JSON.stringify({ host: thisHost(), pid: process.pid, made: now() });
}

/** True for a mark of ours that nobody is behind any more: its program has ended, or it is a day old. */
export function isLeftover(text: string | null | undefined): boolean {
  if (!text?.startsWith(MARK)) return false;
  try {
    const { host, pid, made } = JSON.parse(text.slice(MARK.length)) as Record<string, unknown>;
    if (typeof made !== 'number' || typeof pid !== 'number') return false;
    return now() - made > DAY || (host === thisHost() && host !== '' && !isAlive(pid));
  } catch {
    return false;
  }
}

function now(): number {
  return Math.round(Date.now() / 1000);
}

/** This boot of this machine, and the process table that its numbers belong to; `''` where there is no telling. */
function thisHost(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return createHash('sha256')
      .update(boot + readlinkSync('/proc/self/ns/pid'))
      .digest('hex')
      .slice(0, 16);
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
