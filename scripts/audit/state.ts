import type { Check, Outcome } from '../../src/types.ts';
import type { Sources } from './sources.ts';

/** What a run has left, as its report.json says. */
export interface Report {
  changes: Finding[];
  verdicts: { checks: Check[]; baseline?: { error: string; explainedBy?: string } }[];
}

export interface Finding {
  transform: string;
  tasks: string[];
  file: string;
  line: number;
  message: string;
  why: string;
  docs: string;
  next: string | null;
  files: { path: string; diff?: string }[];
}

/** A variant at one moment: broken, or put right. */
export interface State {
  absoluteFolder: string;
  /** The variant as it was broken, for what must have been kept of it. */
  absoluteBroken: string;
  /** The lines of the verdict on this state. */
  checks: ReadonlyMap<string, Outcome>;
  sources: Sources;
  /** The run that led here; undefined for the broken variant. */
  report?: Report;
}
