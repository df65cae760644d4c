import { explaining } from '../plan/explaining.ts';
import type { Check, Left, Plan, Verdict } from '../types.ts';
import type { Project } from './project.ts';

const REASONS: Partial<Record<Left['reason'], string>> = {
  unsafe: 'it is unsafe and was not taken',
  refused: 'it was refused',
  skipped: 'it was left out by --only or --skip',
  report: 'only a person can repair it',
};

/**
 * What is known of the errors that verification still sees: for each transform that explains one, why it did not help and what to
 * type. One line each; none where no transform knows the error.
 */
export function explainedFailures(
  plan: Plan,
  verdicts: readonly Verdict[],
  project: Pick<Project, 'transforms' | 'argument'>,
): string[] {
  const text = verdicts.flatMap(({ checks }) => checks.flatMap(saidBy)).join('\n');
  return explaining(project.transforms, text).map(({ id, transform }) => {
    const left = plan.left.find(({ finding }) => finding.transform === id);
    const why = left && REASONS[left.reason];
    const next =
      left && left.reason !== 'report'
        ? `fix-backend${project.argument} --only ${id}`
        : `fix-backend explain ${id}`;
    return `${transform.title}: ${why ?? 'found nothing more that it may change'}  →  ${next}`;
  });
}

function saidBy({ after }: Check): string[] {
  return after.status === 'fail' ? [after.evidence, after.log ?? ''] : [];
}
