import { readdirSync, readFileSync } from 'node:fs';

/** Those that are killed need a moment, and one that forks meanwhile leaves another. */
const ROUNDS = 20;

/**
 * Kills all that runs below a process, whatever session it is in, and then the process itself. Without /proc only its
 * group is reached. At once and without waiting, since this process may be about to end.
 */
export function killTree(pid: number): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    const below = descendants(pid);
    if (below.length === 0) break;
    for (const one of below) kill(one);
  }
  kill(-pid);
  kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The living processes below one, however deep. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of listed()) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const below = [root]; below.length > 0; ) {
    const next = children.get(below.pop() ?? 0) ?? [];
    found.push(...next);
    below.push(...next);
  }
  return found;
}

function listed(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The parent of a process that lives: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function parentOf(pid: string): number | undefined {
  try {
    const [state = '', parent] =
      readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return /[ZX]/.test(state) ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
