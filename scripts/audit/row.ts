import type { Outcome } from '../../src/types.ts';
import type { State } from './state.ts';

/** One change to a copy of the healthy backend; a text that is not there exactly once is a mistake in the row. */
export type Change =
  | { file: string; old: string; new: string }
  | { file: string; remove: true }
  | { file: string; create: string };

/** What puts the row right. */
export type By =
  /** The tool: this transform is among the applied, and `carries` the row itself, not only what the row watches. */
  | { kind: 'repaired'; transform: string; carries: boolean }
  /** A person: the tool ends with 1 and names the place and what to do; `transform` where an audit finds it without a start. */
  | { kind: 'reported'; names: RegExp; transform?: string; words?: string[] }
  /** The run by itself: backups, report. */
  | { kind: 'run' }
  /** A command after a run. */
  | { kind: 'command'; words: string[] };

/** What the row asks for. It is put to the broken variant and to what has become of it. */
export interface Question {
  title: string;
  look(state: State): Outcome;
}

/** One row of the seed: how a backend is broken in it alone, and the question that fails before and passes after. */
export interface Row {
  task: string;
  says: string;
  how: string;
  broken: Change[];
  by: By;
  question: Question;
}

export function change(file: string, old: string, text: string): Change {
  return { file, old, new: text };
}

/** A row whose check is a line of the verdict: the server was really started. */
export function line(id: string): Question {
  return {
    title: id,
    look: ({ checks }) => checks.get(id) ?? { status: 'unknown', evidence: 'the verdict has no such line' },
  };
}

/** The transform carries out the row. */
export function repaired(transform: string): By {
  return { kind: 'repaired', transform, carries: true };
}

/** The row only watches; what it watches for is put right by this transform. */
export function follows(transform: string): By {
  return { kind: 'repaired', transform, carries: false };
}

/** The tool says what is wrong, at a place that `names` matches, and what to do next. */
export function reported(names: RegExp, more: { transform?: string; words?: string[] } = {}): By {
  return { kind: 'reported', names, ...more };
}
