import { resolve } from 'node:path';
import { CHECKPOINTS, type Checkpoint, checkpointOf, upTo } from '../checkpoint.ts';
import { commitFiles } from '../commit.ts';
import { dirtyFiles, isInsideRepository } from '../git.ts';
import { count } from '../show/layout.ts';
import { paint } from '../terminal/paint.ts';
import { FixBackendError, type Plan, type Run, VERIFY_LEVELS, type VerifyLevel } from '../types.ts';
import type { Context } from './context.ts';
import type { FixOptions } from './options.ts';
import { narrow, type Project } from './project.ts';
import type { Outcome } from './run-each.ts';

/** How one repair of one path ended, and what it wrote, where it wrote anything. */
export interface Fixed extends Outcome {
  written?: { plan: Plan; run: Run; project: Project };
}

type FixOnce = (path: string, options: FixOptions, context: Context) => Promise<Fixed>;

/** How far a start can go where the repair stops at a checkpoint. */
const REACHED: Record<Checkpoint, VerifyLevel> = { imports: 'import', database: 'boot', entrypoint: 'tests' };

/** The options with the level of verification that their checkpoint can stand. */
export function lowered(options: FixOptions): FixOptions {
  const { until, verify } = options;
  if (!until || until === 'entrypoint' || verify === 'none') return options;
  const highest = VERIFY_LEVELS.indexOf(REACHED[until]);
  const level = VERIFY_LEVELS[Math.min(highest, VERIFY_LEVELS.indexOf(verify))] ?? 'import';
  return { ...options, verify: level, tests: false };
}

/** The project with the transforms that work towards a checkpoint or one before it. */
export function untilCheckpoint(project: Project, until: Checkpoint): Project {
  const reached = upTo(until);
  const wanted = project.transforms.filter((one) => reached.includes(checkpointOf(one)));
  return narrow(project, new Set(wanted.map(({ id }) => id)));
}

/**
 * Repairs up to each checkpoint in turn, proves it as far as it can be, and commits what was written. Stops where something newly
 * fails. Throws FixBackendError (2) outside a repository, and where something is not committed yet.
 */
export async function fixByCheckpoints(
  path: string,
  options: FixOptions,
  context: Context,
  fixOnce: FixOnce,
): Promise<Outcome> {
  checkCommittable(resolve(context.host.absoluteCwd, path));
  const ended: (Fixed & { checkpoint: Checkpoint; commit?: string })[] = [];
  for (const checkpoint of upTo(options.until ?? 'entrypoint')) {
    const number = CHECKPOINTS.indexOf(checkpoint) + 1;
    context.terminal.say(
      `\n${paint('bold', `Checkpoint ${number} of ${CHECKPOINTS.length}: ${checkpoint}`)}`,
    );
    const fixed = await fixOnce(path, lowered({ ...options, until: checkpoint }), context);
    const commit = fixed.written && commitWritten(fixed.written, checkpoint, context);
    ended.push({ ...fixed, checkpoint, ...(commit ? { commit } : {}) });
    if (fixed.code === 5) break;
  }
  const last = ended.at(-1);
  return {
    code: last?.code ?? 0,
    summary: ended.map(({ checkpoint, summary }) => `${checkpoint}: ${summary}`).join('; '),
    json: { checkpoints: ended.map(({ checkpoint, commit, json }) => ({ checkpoint, commit, ...json })) },
  };
}

/** Throws FixBackendError (2) where a commit would hold something else than the repair. */
function checkCommittable(absoluteRoot: string): void {
  if (!isInsideRepository(absoluteRoot)) throw refused('there is no git repository to commit to');
  const dirty = dirtyFiles(absoluteRoot);
  if (dirty.length > 0) throw refused(`${count(dirty.length, 'file')} with changes that are not committed`);
}

function commitWritten(
  { plan, run, project }: NonNullable<Fixed['written']>,
  checkpoint: Checkpoint,
  { terminal }: Context,
): string | undefined {
  const titles = [...new Set(plan.steps.map(({ finding }) => `- ${finding.title} (${finding.transform})`))];
  const message = `fix-backend: ${checkpoint}, ${count(plan.steps.length, 'repair')}\n\n${titles.join('\n')}\n`;
  const done = commitFiles(
    project.absoluteRoot,
    run.changes.map(({ path }) => path),
    message,
  );
  if ('id' in done) terminal.say(`Committed as ${done.id.slice(0, 10)}.`);
  else terminal.say(paint('yellow', `Not committed: ${done.reason}.`));
  return 'id' in done ? done.id : undefined;
}

function refused(what: string): FixBackendError {
  return new FixBackendError(`--commit: ${what}.`, {
    next: 'Commit or stash what is there first, or repair without --commit.',
    exitCode: 2,
  });
}
