import type { Outcome } from '../../types.ts';
import type { Exceeded } from '../observations.ts';
import { atRunTime, fail, pass, type Seen, unknown, unreached } from './seen.ts';

/** The backend uses no more of the machine than it is given. */
export function limits(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const { exceeded, used } = observations;
    if (exceeded) return fail(`${excess(exceeded)}, and was ended (while: ${exceeded.during})`);
    if (!used) return observations.ended ? unreached(observations) : unknown('it was not measured');
    return pass(
      `at most ${size(used.memory)} of memory, ${used.tasks} processes and threads, ${size(used.disk)} written`,
    );
  });
}

/** `it used more than 4 GB of memory`. */
export function excess({ what, most }: Exceeded): string {
  if (what === 'memory') return `it used more than ${size(most)} of memory`;
  if (what === 'disk') return `it wrote more than ${size(most)} to the disk`;
  return `it started more than ${most} processes and threads`;
}

function size(bytes: number): string {
  const mb = bytes / 1024 ** 2;
  return mb < 1024 ? `${Math.ceil(mb)} MB` : `${Number((mb / 1024).toFixed(1))} GB`;
}
