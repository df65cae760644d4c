import { onDisk } from '../plan/on-disk.ts';
import { planJson } from '../show/json.ts';
import { count } from '../show/layout.ts';
import { backendText, remainderText } from '../show/plan-text.ts';
import { verdictText } from '../show/verdict-text.ts';
import { stepViews } from '../show/view.ts';
import { apply } from '../stages/apply.ts';
import { ask } from '../stages/ask.ts';
import { paint } from '../terminal/paint.ts';
import { canAsk, question } from '../terminal/question.ts';
import { FixBackendError, type Plan, type Verdict } from '../types.ts';
import { checkClean } from './check-clean.ts';
import { type Fixed, fixByCheckpoints, lowered, untilCheckpoint } from './checkpoints.ts';
import type { Context } from './context.ts';
import { install } from './install.ts';
import type { FixOptions } from './options.ts';
import { openProject, type Project } from './project.ts';
import { appliedCode, remains, shownCode } from './remaining.ts';
import { type Outcome, runEach } from './run-each.ts';
import { sayDone } from './say-done.ts';
import { showPlan } from './show-plan.ts';
import { writeReport } from './write-report.ts';

/** Audit, diff, ask, back up, apply, start the server, report: for each path in turn. Returns the exit code. */
export function fix(paths: readonly string[], options: FixOptions, context: Context): Promise<number> {
  return runEach(paths, options, context, (path) =>
    options.commit
      ? fixByCheckpoints(path, options, context, fixOne)
      : fixOne(path, lowered(options), context),
  );
}

async function fixOne(path: string, options: FixOptions, context: Context): Promise<Fixed> {
  const opened = await openProject(path, options, context);
  const project = await narrowed(opened, options, context);
  const { plan: chosen, asked } = await choose(project, options, context);
  if (!chosen) return { code: 1, summary: 'nothing taken', json: { root: project.absoluteRoot } };
  const shown = planJson(chosen, stepViews(chosen, project.workspace, options.showSecrets));
  if (options.dryRun || chosen.changes.length === 0) {
    const end = endWithoutWriting(chosen, project, shown, { asked, dryRun: options.dryRun }, context);
    return options.dryRun || asked ? end : proveAsItIs(end, chosen, project, options, context);
  }
  context.session.guard();
  const { plan, complete } = await locked(chosen, project, options, context);
  await checkClean(plan, project, { allowed: options.allowDirty, mayAsk: asked }, context);
  const run = await apply(plan, { progress: context.terminal.progress });
  context.session.wrote(`fix-backend undo${project.argument}`);
  const reported = { run, plan, workspace: project.workspace, verification: options.verify };
  // Written before verification too, so that there is a report where that is interrupted.
  writeReport({ ...reported, verdicts: [] });
  const installed = !options.install || (await install(plan, project, context));
  const verdicts = await proveWritten(plan, project, options, context);
  writeReport({ ...reported, verdicts });
  sayDone({ run, plan, verdicts, project }, options, context);
  const code = Math.max(appliedCode(plan, verdicts), installed && complete ? 0 : 1);
  return {
    code,
    summary: summaryOf(plan, verdicts),
    json: { ...shown, run, verdicts },
    written: { plan, run, project },
  };
}

/** The plan of what is to be applied; undefined where the person quit. */
async function choose(
  project: Project,
  options: FixOptions,
  context: Context,
): Promise<{ plan: Plan | undefined; asked: boolean }> {
  const { terminal, host } = context;
  const plan = project.plan({ unsafe: options.unsafe, refused: new Set() });
  const open = plan.steps.length + plan.left.filter(({ reason }) => reason === 'unsafe').length;
  const asks = !options.yes && options.format === 'text' && open > 0 && canAsk(host, options.input);
  if (!asks) {
    const writes = options.yes && !options.dryRun && plan.changes.length > 0;
    showPlan(plan, project, { ...options, remainder: !writes }, context);
    if (!options.yes && !options.dryRun && plan.changes.length > 0) throw needsTerminal(project);
    return { plan, asked: false };
  }
  terminal.result(
    plan.backends
      .map((facts) => backendText(facts, terminal.layout))
      .join('\n')
      .trimEnd(),
  );
  context.session.guard();
  const chosen = await ask({
    workspace: project.workspace,
    terminal,
    replan: (choice) => project.plan(choice),
    question: (text, letters, answers) => question(text, letters, answers, terminal, host),
  });
  if (!chosen) terminal.say('Quit. Nothing was written.');
  return { plan: chosen, asked: true };
}

function endWithoutWriting(
  plan: Plan,
  project: Project,
  json: object,
  how: { asked: boolean; dryRun: boolean },
  { terminal }: Context,
): Outcome {
  const code = shownCode(plan);
  if (how.asked)
    terminal.result(`\n${remainderText(onDisk(plan, project.workspace), terminal.layout)}`.trimEnd());
  if (plan.changes.length === 0) {
    terminal.say(remains(plan) ? 'There is nothing to write.' : 'There is nothing to repair.');
    return { code, summary: remains(plan) ? 'needs a person' : 'nothing to repair', json };
  }
  const what = `${count(plan.steps.length, 'repair')} in ${count(plan.changes.length, 'file')}`;
  const unsafe = plan.steps.some(({ finding }) => typeof finding.safety === 'object') ? ' --unsafe' : '';
  const next = how.asked ? `fix-backend${project.argument}` : `fix-backend${project.argument} --yes${unsafe}`;
  terminal.say(`${what} would be written. Nothing was.\nTo write:  ${paint('bold', next)}`);
  return { code, summary: `would change ${count(plan.changes.length, 'file')}`, json };
}

/** Where no transform knows anything to write, the server may still be broken: only a start tells. */
async function proveAsItIs(
  end: Outcome,
  plan: Plan,
  project: Project,
  options: FixOptions,
  context: Context,
): Promise<Outcome> {
  if (options.verify === 'none') return end;
  context.session.guard();
  const verdicts = await proveWritten(plan, project, options, context);
  if (options.format === 'text' || options.format === 'markdown') {
    const { layout } = context.terminal;
    context.terminal.result(verdicts.map((verdict) => `\n${verdictText(verdict, layout)}`).join('\n'));
  }
  const works = verdicts.every(({ result }) => result === 'fixed');
  const summary = `${end.summary}, ${verdicts.map(({ result }) => result).join(', ')}`;
  return { code: works ? end.code : 1, summary, json: { ...end.json, verdicts } };
}

function needsTerminal(project: Project): FixBackendError {
  return new FixBackendError('asking needs a terminal, and there is none.', {
    next: `To take every safe repair:  fix-backend${project.argument} --yes`,
    exitCode: 2,
  });
}

function summaryOf(plan: Plan, verdicts: readonly Verdict[]): string {
  const done = `${count(plan.steps.length, 'repair')} written`;
  return verdicts.length === 0 ? done : `${done}, ${verdicts.map(({ result }) => result).join(', ')}`;
}

/** The project with only those transforms that the checkpoint and the server's errors leave. */
async function narrowed(opened: Project, options: FixOptions, context: Context): Promise<Project> {
  const project = options.until ? untilCheckpoint(opened, options.until) : opened;
  if (!options.byError) return project;
  context.session.guard();
  const { followErrors } = await import('./by-error.ts');
  return followErrors(project, options, context);
}

async function locked(
  plan: Plan,
  project: Project,
  options: FixOptions,
  context: Context,
): Promise<{ plan: Plan; complete: boolean }> {
  if (!options.lock) return { plan, complete: true };
  const { withLocks } = await import('./lock.ts');
  return withLocks(plan, project, context);
}

/** Verification is loaded when it is needed: most runs of the command end before it. */
async function proveWritten(
  plan: Plan,
  project: Project,
  options: FixOptions,
  context: Context,
): Promise<Verdict[]> {
  if (options.verify === 'none') return [];
  const { prove } = await import('./prove.ts');
  return prove(plan, project, options, context);
}
