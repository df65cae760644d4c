import type { Plan, Verdict } from '../types.ts';

/** What the person left out by `--only` or `--skip` is not asked for, so it does not remain. */
export function remains(plan: Plan): boolean {
  return plan.left.some(({ reason }) => reason !== 'skipped') || plan.problems.length > 0;
}

/** Exit code of a plan that was shown and not applied: 1 where something would change or remains. */
export function shownCode(plan: Plan): 0 | 1 {
  return plan.changes.length > 0 || remains(plan) ? 1 : 0;
}

/** Exit code after applying: 5 where something fails that passed before, 1 where anything is left, unproven or failing. */
export function appliedCode(plan: Plan, verdicts: readonly Verdict[]): 0 | 1 | 5 {
  if (verdicts.some(({ result }) => result === 'broken')) return 5;
  if (verdicts.some(({ result }) => result !== 'fixed')) return 1;
  return remains(plan) ? 1 : 0;
}
