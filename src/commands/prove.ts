import { verify } from '../stages/verify.ts';
import { paint } from '../terminal/paint.ts';
import type { Plan, Verdict } from '../types.ts';
import type { Context } from './context.ts';
import type { VerifyOptions } from './options.ts';
import { bytesBefore } from './planned-bytes.ts';
import type { Project } from './project.ts';

/** Starts each backend of an applied plan, untouched and repaired, and compares. */
export async function prove(
  plan: Plan,
  project: Project,
  options: VerifyOptions,
  context: Context,
): Promise<Verdict[]> {
  const before = bytesBefore(plan, project.workspace);
  const repairs = plan.steps.map(({ finding: { key, transform } }) => ({
    key,
    fixes: project.transforms.find(({ id }) => id === transform)?.transform.fixes ?? [],
  }));
  const known = plan.changes.length > 0 ? { before, repairs } : {};
  return verifyEach(project, plan.backends, known, options, context);
}

/** Starts each backend as it is. What is known of an earlier state is given along. */
export async function verifyEach(
  project: Project,
  backends: Plan['backends'],
  known: Pick<Parameters<typeof verify>[0], 'before' | 'repairs'>,
  options: VerifyOptions,
  { terminal }: Context,
): Promise<Verdict[]> {
  const where = options.sandbox ? 'in a sandbox' : paint('yellow', 'without a sandbox');
  terminal.say(`\nVerifying: this runs the project's code, ${where}, on a database of its own.`);
  const how = verifyOptions(options, project);
  const verdicts: Verdict[] = [];
  for (const backend of backends) {
    verdicts.push(
      await verify(
        { absoluteRoot: project.absoluteRoot, backend, ...known, options: how },
        terminal.progress,
      ),
    );
  }
  return verdicts;
}

/** The options as the stage takes them. */
export function verifyOptions(
  options: VerifyOptions,
  { configuration }: Pick<Project, 'configuration'>,
): Parameters<typeof verify>[0]['options'] {
  const { sandbox, probeWrites, python, databaseUrl, redisUrl } = options;
  return {
    sandbox,
    probeWrites,
    probes: configuration.probes,
    level: options.tests ? 'tests' : options.verify === 'none' ? 'import' : options.verify,
    ...(python ? { python } : {}),
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(redisUrl ? { redisUrl } : {}),
  };
}
