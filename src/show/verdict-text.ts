import { paint } from '../terminal/paint.ts';
import type { Check, Outcome, Verdict } from '../types.ts';
import { indented, type Layout } from './layout.ts';

const RESULTS: Record<Verdict['result'], string> = {
  fixed: 'starts and works',
  failing: 'still fails',
  broken: 'is worse than before',
  unchecked: 'could not be checked in full',
};

/** The verdict in a few lines: the result, the counts before and now, and what does not pass with its evidence. */
export function verdictText(verdict: Verdict, layout: Layout): string {
  const total = verdict.checks.length;
  const before = passing(verdict.checks, 'before');
  const after = passing(verdict.checks, 'after');
  const style = verdict.result === 'fixed' ? 'green' : verdict.result === 'unchecked' ? 'yellow' : 'red';
  const result = paint(style, `${verdict.backend} ${RESULTS[verdict.result]}.`);
  const { environment } = verdict;
  const surroundings = [
    environment.python ? `Python ${environment.python.replace(/^Python /, '')}` : '',
    environment.database ?? '',
    environment.boxed ? 'in a sandbox' : 'without a sandbox',
    `${verdict.seconds.toFixed(0)} s`,
  ].filter(Boolean);
  return [
    `${result}   before: ${before} of ${total} checks   now: ${after} of ${total}`,
    `  ${paint('dim', surroundings.join(` ${layout.symbols.dot} `))}`,
    ...verdict.checks.flatMap((check) => checkText(check, layout)),
  ].join('\n');
}

export function passing(checks: readonly Check[], when: 'before' | 'after'): number {
  return checks.filter((check) => check[when].status === 'pass').length;
}

function checkText(check: Check, { symbols, width }: Layout): string[] {
  const { status, evidence } = check.after;
  const sign = { pass: symbols.done, fail: symbols.failed, unknown: symbols.unknown }[status];
  const style = ({ pass: 'green', fail: 'red', unknown: 'yellow' } as const)[status];
  const lines = indented(`${check.title}  ${evidence}`, 4, width);
  const rest = status === 'fail' ? logLines(check.after) : [];
  return [`  ${paint(style, sign)} ${(lines[0] ?? '').trimStart()}`, ...lines.slice(1), ...rest];
}

/** More of a log than this belongs to the report. */
const LOG_LINES = 8;

function logLines({ log }: Outcome): string[] {
  const lines = (log ?? '').trimEnd().split('\n').filter(Boolean);
  return lines.slice(-LOG_LINES).map((line) => `      ${paint('dim', line)}`);
}
