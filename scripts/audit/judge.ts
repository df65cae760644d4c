import type { Outcome } from '../../src/types.ts';
import type { By, Row } from './row.ts';
import type { Trial } from './trial.ts';

/** One line of the page. */
export interface Shown {
  row: Row;
  check: string;
  before: Outcome;
  by: string;
  after: Outcome;
  /** Why the row does not hold; empty where it does. */
  objections: string[];
}

/** Puts the row's question to both states of its trial, and asks of the tool what the row says that it does. */
export function judge(row: Row, trial: Trial, titles: ReadonlyMap<string, string>): Shown {
  const before = row.question.look(trial.before);
  const after = row.question.look(trial.after);
  const objections = [
    ...(before.status === 'fail' ? [] : ['the check does not fail before']),
    ...(after.status === 'pass' ? [] : ['the check does not pass after']),
    ...objectionsTo(row, trial, before),
  ];
  const check = titles.get(row.question.title) ?? row.question.title;
  return { row, check, before, by: words(row, trial), after, objections };
}

/** A row that could not be tried. */
export function untried(row: Row, error: unknown): Shown {
  const outcome: Outcome = { status: 'unknown', evidence: 'not seen' };
  const objections = [error instanceof Error ? error.message : String(error)];
  return { row, check: row.question.title, before: outcome, by: '', after: outcome, objections };
}

function objectionsTo(row: Row, trial: Trial, before: Outcome): string[] {
  const { by } = row;
  if (by.kind === 'reported') return notReported(by, trial, before);
  if (trial.code !== 0) return [`exit code ${trial.code}`];
  if (trial.remaining.length) return [`a second audit still finds ${trial.remaining.join(', ')}`];
  if (by.kind !== 'repaired') return [];
  const unasked = trial.findings.filter(({ transform }) => transform !== by.transform);
  const step = trial.findings.find(({ transform }) => transform === by.transform);
  if (!step) return [`${by.transform} was not applied`];
  if (by.carries && !step.tasks.includes(row.task))
    return [`${by.transform} does not say that it carries ${row.task}`];
  const others = unasked.filter(({ tasks }) => !tasks.includes(row.task));
  return others.length
    ? [`more than the row was broken: ${others.map(({ transform }) => transform).join(', ')}`]
    : [];
}

function notReported(by: Extract<By, { kind: 'reported' }>, trial: Trial, before: Outcome): string[] {
  const finding = findingOf(by, trial);
  const place = finding ? `${finding.file}:${finding.line} ${finding.message}` : before.evidence;
  return [
    ...(trial.code === 1 ? [] : [`exit code ${trial.code}`]),
    ...(by.transform && !finding ? [`${by.transform} found nothing`] : []),
    ...(by.names.test(place) ? [] : [`the place is not named: ${place}`]),
    ...((finding?.next ?? before.next) ? [] : ['no next step is named']),
    ...(trial.remaining.length ? [`a second audit still finds ${trial.remaining.join(', ')}`] : []),
  ];
}

function findingOf(by: Extract<By, { kind: 'reported' }>, { findings }: Trial) {
  return findings.find(({ transform }) => transform === by.transform);
}

function words(row: Row, trial: Trial): string {
  const { by } = row;
  if (by.kind === 'run') return 'the run';
  if (by.kind === 'command') return `fix-backend ${by.words.join(' ')}`;
  if (by.kind === 'repaired') return `repaired: ${by.transform}`;
  const next = findingOf(by, trial)?.next ?? row.question.look(trial.before).next ?? '';
  return `reported: ${by.transform ?? 'fix-backend verify'}, exit ${trial.code}: “${next}”; put right by hand`;
}
