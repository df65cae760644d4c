import type { Outcome, VerifyLevel } from '../../types.ts';
import type { Seen } from './seen.ts';

/** One line of the verdict: how it is judged, and the rows of the seed that it answers. */
export interface CheckLine {
  id: string;
  title: string;
  tasks: readonly string[];
  judge: (seen: Seen) => Outcome;
  /** What a person does where it fails. */
  next: string;
  /** How far verification must go for it. */
  level: VerifyLevel;
  /** True where what failed before as well is not held against the repair. */
  oldFailuresPass?: boolean;
  /** Whether there is anything to judge in a tree; left out where there always is. */
  applies?: (seen: Seen) => boolean;
}

/** A line without its level, which its list gives it. */
export function line(
  id: string,
  title: string,
  tasks: string[],
  judge: CheckLine['judge'],
  next: string,
  applies?: CheckLine['applies'],
): Omit<CheckLine, 'level'> {
  return { id, title, tasks, judge, next, ...(applies ? { applies } : {}) };
}
