/**
 * The long crash test: kills and starves apply, undo, redo and recovery at every system call of theirs, and kills the
 * recovery of what was killed. The short one is test/files/crash.test.ts. Takes a quarter of an hour or more; `--every 7` takes
 * every seventh point. Exit code 1 where any point left more than all old or all new.
 */
import { parseArgs } from 'node:util';
import { CALLS, CrashHarness, hasStrace } from '../test/files/crash-harness.ts';

const STARVED = [
  ['openat', 'EMFILE'],
  ['openat', 'EACCES'],
  ['write', 'ENOSPC'],
  ['write', 'EIO'],
  ['fsync', 'EIO'],
  ['rename', 'EACCES'],
  ['rename', 'EROFS'],
  ['rename', 'ENOSPC'],
  ['mkdir', 'EROFS'],
  ['fchmod', 'EPERM'],
] as const;

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } });
const every = Number(values.every);
const bad: string[] = [];
let points = 0;

function chosen(all: number[]): number[] {
  return all.filter((_, index) => index % every === 0);
}

async function check(harness: CrashHarness, what: string): Promise<void> {
  points += 1;
  const outcome = await harness.outcome();
  if (outcome !== 'old' && outcome !== 'new') bad.push(`${what}: ${outcome}`);
}

async function kills(harness: CrashHarness, state: string, action: 'apply' | 'undo' | 'redo'): Promise<void> {
  for (const call of action === 'apply' ? CALLS : CALLS.filter((name) => name !== 'mkdir')) {
    for (const point of chosen(harness.points(state, action, call))) {
      harness.inject(state, action, `${call}:signal=KILL:when=${point}`);
      await check(harness, `${action} killed at ${call} ${point}`);
    }
    console.error(`${action}, kill -9 at ${call}: ${points} points so far, ${bad.length} bad`);
  }
}

async function starvation(harness: CrashHarness, mode: '' | '+'): Promise<void> {
  for (const [call, error] of STARVED) {
    for (const point of chosen(harness.points('old', 'apply', call))) {
      const { status, stderr } = harness.inject(
        'old',
        'apply',
        `${call}:error=${error}:when=${point}${mode}`,
      );
      // Node itself aborts (no status) where it can write nothing at all, not even to wake its threads.
      const aborted = status === null && call === 'write' && mode === '+';
      if (!aborted && status !== 0 && status !== 3)
        bad.push(`${call} ${point}${mode} ${error}: exit ${status}: ${stderr}`);
      await check(harness, `apply with ${error} at ${call} ${point}${mode}`);
    }
    console.error(`apply, ${error} at ${call}${mode}: ${points} points so far, ${bad.length} bad`);
  }
}

/** Kills apply at every rename and fsync, and recovery at every rename, fsync and unlink after each. */
async function doubleKills(harness: CrashHarness): Promise<void> {
  for (const first of ['rename', 'fsync']) {
    for (const point of chosen(harness.points('old', 'apply', first))) {
      harness.inject('old', 'apply', `${first}:signal=KILL:when=${point}`);
      harness.save('broken');
      await recoveryKills(harness, `${first} ${point}`);
    }
    console.error(
      `recovery killed after apply killed at ${first}: ${points} points so far, ${bad.length} bad`,
    );
  }
}

async function recoveryKills(harness: CrashHarness, after: string): Promise<void> {
  for (const second of ['rename', 'fsync', 'unlink']) {
    for (const point of chosen(pointsOrNone(harness, second))) {
      harness.inject('broken', 'recover', `${second}:signal=KILL:when=${point}`);
      await check(harness, `recovery killed at ${second} ${point} after apply killed at ${after}`);
    }
  }
}

function pointsOrNone(harness: CrashHarness, call: string): number[] {
  try {
    return harness.points('broken', 'recover', call);
  } catch {
    return [];
  }
}

async function soak(): Promise<void> {
  const harness = new CrashHarness();
  await kills(harness, 'old', 'apply');
  await kills(harness, 'applied', 'undo');
  harness.reset('applied');
  harness.run('undo');
  harness.save('undone');
  await kills(harness, 'undone', 'redo');
  await starvation(harness, '');
  await starvation(harness, '+');
  await doubleKills(harness);
  harness.remove();
}

if (!hasStrace) {
  console.error('The soak test needs strace:  apt-get install strace');
  process.exitCode = 2;
} else {
  await soak();
  console.log(`${points} crashes, ${bad.length} left more than all old or all new`);
  for (const each of bad) console.log(each);
  process.exitCode = bad.length > 0 ? 1 : 0;
}
