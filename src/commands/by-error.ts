import { explaining } from '../plan/explaining.ts';
import { indented } from '../show/layout.ts';
import { verify } from '../stages/verify.ts';
import { paint } from '../terminal/paint.ts';
import { type Check, FixBackendError, type Plan, VERIFY_LEVELS, type Verdict } from '../types.ts';
import type { Context } from './context.ts';
import type { FixOptions } from './options.ts';
import { plannedBytes } from './planned-bytes.ts';
import { narrow, type Project } from './project.ts';
import { verifyOptions } from './prove.ts';

/** What one start said, and the transforms that it led to. */
interface Round {
  error: string | undefined;
  chosen: string[];
}

/**
 * The repair loop: starts the server, takes the transforms whose messages match its first error, starts it again with
 * them, and so on, at most as often as there are transforms. Everything happens on copies; nothing is written here.
 * Returns the project narrowed to the transforms that were met. Throws FixBackendError (2) where nothing may be started.
 */
export async function followErrors(
  project: Project,
  options: FixOptions,
  context: Context,
): Promise<Project> {
  if (options.verify === 'none') throw cannotStart(project);
  const among = new Set<string>();
  for (let number = 1; number <= project.transforms.length; number += 1) {
    context.terminal.say(`\n${paint('bold', `Start ${number}`)}`);
    const round = await tryOut(project, among, options, context);
    sayRound(round, project, context);
    for (const id of round.chosen) among.add(id);
    if (round.chosen.length === 0) break;
  }
  return narrow(project, among);
}

async function tryOut(
  project: Project,
  among: ReadonlySet<string>,
  options: FixOptions,
  context: Context,
): Promise<Round> {
  const planWith = (ids: ReadonlySet<string>) =>
    project.plan({ unsafe: options.unsafe || !options.yes, refused: new Set(), among: ids });
  const now = planWith(among);
  const failing = failures(await startAll(now, project, options, context));
  for (const { title, after } of failing) {
    const likely = explaining(project.transforms, `${after.evidence}\n${after.log ?? ''}`)
      .map(({ id }) => id)
      .filter((id) => !among.has(id));
    const found = planWith(new Set([...among, ...likely])).steps.map(({ finding }) => finding.transform);
    const chosen = likely.filter((id) => found.includes(id));
    if (chosen.length > 0) return { error: `${title}: ${after.evidence}`, chosen };
  }
  const first = failing[0];
  return { error: first && `${first.title}: ${first.after.evidence}`, chosen: [] };
}

/** Starts each backend with the plan's bytes laid over a copy; no further than a start, which is what the errors are about. */
async function startAll(
  plan: Plan,
  project: Project,
  options: FixOptions,
  { terminal }: Context,
): Promise<Verdict[]> {
  const how = verifyOptions(options, project);
  const level =
    VERIFY_LEVELS.indexOf(how.level ?? 'boot') > VERIFY_LEVELS.indexOf('boot') ? 'boot' : how.level;
  const laid = plannedBytes(plan, project.workspace);
  const verdicts: Verdict[] = [];
  for (const backend of plan.backends) {
    const input = {
      absoluteRoot: project.absoluteRoot,
      backend,
      laid,
      options: { ...how, level: level ?? 'boot' },
    };
    verdicts.push(await verify(input, terminal.progress));
  }
  return verdicts;
}

/** What says best why it does not start: the installer, then the server itself, then the rest in order. */
const TELLING = ['server', 'install'];

function failures(verdicts: readonly Verdict[]): Check[] {
  const failing = verdicts.flatMap(({ checks }) => checks).filter(({ after }) => after.status === 'fail');
  return failing.sort((one, other) => TELLING.indexOf(other.id) - TELLING.indexOf(one.id));
}

function sayRound({ error, chosen }: Round, project: Project, { terminal }: Context): void {
  const { layout } = terminal;
  if (error === undefined) {
    terminal.say(`  ${paint('green', 'It starts.')}`);
    return;
  }
  const lines = indented(error.replace(/\s+/g, ' ').slice(0, 600), 2, layout.width);
  const met = project.transforms.filter(({ id }) => chosen.includes(id));
  terminal.say(
    [
      ...lines,
      ...met.map(({ id, transform }) => `  ${layout.symbols.arrow} ${transform.title}  ${paint('dim', id)}`),
      ...(met.length === 0
        ? [`  ${paint('yellow', 'No transform that may be taken explains this error.')}`]
        : []),
    ].join('\n'),
  );
}

function cannotStart(project: Project): FixBackendError {
  return new FixBackendError(
    '--by-error follows what the server says when it starts, and --verify=none starts none.',
    {
      next: `fix-backend${project.argument} --by-error`,
      exitCode: 2,
    },
  );
}
