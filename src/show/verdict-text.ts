import { paint } from '../terminal/paint.ts';
import type { Check, Verdict, VerifyLevel } from '../types.ts';
import { indented, type Layout } from './layout.ts';

/** What passing every check comes to at each level. */
const PASSES: Record<VerifyLevel, string> = {
  import: 'can be imported',
  boot: 'starts',
  probe: 'starts and works',
  tests: 'starts and works',
};

const RESULTS: Record<Exclude<Verdict['result'], 'fixed'>, string> = {
  failing: 'still fails',
  broken: 'is worse than before',
  unchecked: 'could not be checked in full',
};

/** The verdict in one line a check: the result, the counts before and now, and the log of what fails first. */
export function verdictText(verdict: Verdict, layout: Layout): string {
  const { checks, baseline } = verdict;
  const before = passing(checks, 'before');
  const after = passing(checks, 'after');
  const style = verdict.result === 'fixed' ? 'green' : verdict.result === 'unchecked' ? 'yellow' : 'red';
  const said = verdict.result === 'fixed' ? PASSES[verdict.level] : RESULTS[verdict.result];
  const result = paint(style, `${verdict.backend} ${said}.`);
  const compared = checks.some((check) => check.before.status !== 'unknown');
  const counts = `${after} of ${checks.length} checks`;
  return [
    `${result}   ${compared ? `before: ${before} of ${checks.length} checks   now: ${counts}` : counts}`,
    `  ${paint('dim', surroundings(verdict).join(` ${layout.symbols.dot} `))}`,
    ...(baseline ? indented(`Before: ${explained(baseline)}`, 2, layout.width) : []),
    ...checks.flatMap((check) => checkLines(check, titleWidth(checks), layout)),
    ...newlyFailing(checks, layout),
    ...firstLog(checks),
    ...firstStep(checks, layout),
  ].join('\n');
}

function surroundings({ environment, seconds }: Verdict): string[] {
  return [
    environment.python ? `Python ${environment.python.replace(/^Python /, '')}` : '',
    environment.node ? `Node ${environment.node}` : '',
    environment.database ?? '',
    environment.boxed ? 'in a sandbox' : 'without a sandbox',
    `${seconds.toFixed(0)} s`,
  ].filter(Boolean);
}

function explained({ error, explainedBy }: NonNullable<Verdict['baseline']>): string {
  return explainedBy ? `${error} (explained by ${explainedBy.split(':', 1)[0]})` : error;
}

export function passing(checks: readonly Check[], when: 'before' | 'after'): number {
  return checks.filter((check) => check[when].status === 'pass').length;
}

/** Narrower than this, the evidence takes a line of its own. */
const TWO_COLUMNS = 80;

function titleWidth(checks: readonly Check[]): number {
  return Math.max(0, ...checks.map(({ title }) => title.length));
}

/** What fails now and did not before: by its name, so that the person need not compare. */
function newlyFailing(checks: readonly Check[], { width }: Layout): string[] {
  const names = checks.flatMap(({ newlyFailing: found = [] }) => found);
  return names.length
    ? ['', ...indented(`Fails now, and did not before: ${names.join(', ')}`, 2, width)]
    : [];
}

/** What was seen, cut to one line; the report has it in full. */
function checkLines(check: Check, width: number, layout: Layout): string[] {
  const { symbols } = layout;
  const { status, evidence } = check.after;
  const sign = paint(
    STYLES[status],
    { pass: symbols.done, fail: symbols.failed, unknown: symbols.unknown }[status],
  );
  const text = evidence.replace(/\s+/g, ' ').trim();
  if (layout.width < TWO_COLUMNS) {
    return [`  ${sign} ${check.title}`, `    ${paint('dim', cut(text, layout.width - 4, symbols.more))}`];
  }
  const room = layout.width - width - 6;
  return [`  ${sign} ${check.title.padEnd(width)}  ${paint('dim', cut(text, room, symbols.more))}`];
}

const STYLES = { pass: 'green', fail: 'red', unknown: 'yellow' } as const;

function cut(text: string, width: number, more: string): string {
  return text.length <= width ? text : text.slice(0, Math.max(1, width - more.length)) + more;
}

/**
 * The check that fails first, or else could not be made, with its evidence in full, which says at its end where it is or what
 * was missing; and what to do about it.
 */
function firstStep(checks: readonly Check[], { width }: Layout): string[] {
  const failing =
    checks.find(({ newlyFailing: fresh }) => fresh) ?? checks.find(({ after }) => after.status === 'fail');
  const open = failing ?? checks.find(({ after }) => after.status === 'unknown');
  if (!open || (failing && !failing.after.next)) return [];
  const { evidence, next } = open.after;
  const step = next ? indented(`Next: ${next}`, 2, width) : [];
  return ['', ...indented(`${open.title}: ${evidence}`, 2, width), ...step];
}

/** More of a log than this belongs to the report. */
const LOG_LINES = 12;

/** The log of the first check that fails and has one: what fails after it mostly fails because of it. */
function firstLog(checks: readonly Check[]): string[] {
  const failing =
    checks.find(({ after, newlyFailing: fresh }) => fresh && after.log) ??
    checks.find(({ after }) => after.status === 'fail' && after.log);
  if (!failing) return [];
  const lines = (failing.after.log ?? '').trimEnd().split('\n').filter(Boolean).slice(-LOG_LINES);
  return ['', `  ${failing.title}:`, ...lines.map((line) => `    ${paint('dim', line)}`)];
}
