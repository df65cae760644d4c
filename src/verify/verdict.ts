import { explains } from '../plan/explaining.ts';
import { redact } from '../redact.ts';
import type { BackendFacts, Check, Outcome, Verdict, VerifyLevel } from '../types.ts';
import { adviceOn } from './causes.ts';
import type { CheckLine } from './checks/check-line.ts';
import { NODE_CHECKS } from './checks/node-table.ts';
import type { Seen } from './checks/seen.ts';
import { command } from './checks/server.ts';
import { CHECKS } from './checks/table.ts';
import { reaches } from './level.ts';
import { plain } from './process.ts';

/** One repair that was applied, and the start-up errors that its transform says it explains. */
export interface Repair {
  key: string;
  fixes: readonly RegExp[];
}

/** Every line of the verdict that the level reaches and that has something to judge, before and after. */
export function judge(before: Seen | undefined, after: Seen, level: VerifyLevel): Check[] {
  const trees = before ? [before, after] : [after];
  const table = after.facts.language === 'javascript' ? NODE_CHECKS : CHECKS;
  const lines = table
    .filter((line) => reaches(level, line.level))
    .filter((line) => !line.applies || trees.some(line.applies));
  return lines.map((line) => {
    const check = compared({
      id: line.id,
      title: line.title,
      tasks: [...line.tasks],
      before: before ? judged(line, before) : NOT_LOOKED,
      after: judged(line, after),
    });
    return line.oldFailuresPass ? forgiving(check) : check;
  });
}

/** A check that only gates on new failures passes where there is none. */
function forgiving(check: Check): Check {
  const { before, after, newlyFailing } = check;
  if (newlyFailing || !before.failures || !after.failures) return check;
  const evidence = `as before, ${after.failures.length} fail: ${after.evidence}`;
  return { ...check, after: { status: 'pass', evidence } };
}

/** Compares by what failed, never by line or by text: an error that moved is the same error. */
function compared(check: Check): Check {
  const { before, after } = check;
  if (after.status !== 'fail' || before.status === 'unknown') return check;
  if (before.status === 'pass') {
    return { ...check, newlyFailing: after.failures?.map((one) => one.subject) ?? [check.title] };
  }
  if (!before.failures || !after.failures) return check;
  const known = new Set(before.failures.map((one) => one.subject));
  const subjects = after.failures.map((one) => one.subject);
  const fresh = subjects.filter((subject) => !known.has(subject) && !known.has(fileOf(subject)));
  return fresh.length ? { ...check, newlyFailing: fresh } : check;
}

function judged(line: CheckLine, seen: Seen): Outcome {
  const outcome = shortened(line.judge(seen), seen);
  return outcome.status === 'fail' ? { next: adviceOn(outcome.evidence) ?? line.next, ...outcome } : outcome;
}

/** Paths as the person knows them: those of our copies and our environment mean nothing to them. */
function shortened(outcome: Outcome, seen: Seen): Outcome {
  const environment = seen.environment?.absoluteFolder;
  const own = [environment, ...(seen.copies ?? [])].filter((folder) => folder !== undefined);
  const short = (text: string) =>
    own
      .reduce((left, folder) => left.replaceAll(`${folder}/`, ''), text)
      .replace(/lib\/python3\.\d+\/site-packages\//g, '');
  const clean = (text: string) => redact(plain(short(text)));
  const { log, failures } = outcome;
  return {
    ...outcome,
    evidence: clean(outcome.evidence),
    ...(log ? { log: clean(log) } : {}),
    ...(failures ? { failures: failures.map((one) => ({ ...one, evidence: clean(one.evidence) })) } : {}),
  };
}

const NOT_LOOKED: Outcome = {
  status: 'unknown',
  evidence: 'could not be checked: no earlier state is known',
};

/** The file of a test id: where it could not be collected, none of its tests was seen. */
function fileOf(subject: string): string {
  return subject.split('::', 1)[0] ?? subject;
}

/** What the outcomes come to. What newly fails weighs most, what could not be checked least. */
export function resultOf(checks: readonly Check[]): Verdict['result'] {
  if (checks.some((check) => check.newlyFailing)) return 'broken';
  if (checks.some((check) => check.after.status === 'fail')) return 'failing';
  return checks.some((check) => check.after.status === 'unknown') ? 'unchecked' : 'fixed';
}

/** The untouched server's error, and the first repair that explains it. */
export function baselineOf(checks: readonly Check[], repairs: readonly Repair[]): Verdict['baseline'] {
  const start = checks.find((check) => check.id === 'server')?.before;
  const install = checks.find((check) => check.id === 'install')?.before;
  const failed = [start, install].find((outcome) => outcome?.status === 'fail');
  if (!failed) return undefined;
  const texts = [failed.evidence, failed.log ?? ''];
  const found = repairs.find((repair) => texts.some((text) => explains(repair.fixes, text)));
  return found ? { error: failed.evidence, explainedBy: found.key } : { error: failed.evidence };
}

/** What the checks were made with. */
export function environmentOf(facts: BackendFacts, after: Seen, boxed: boolean): Verdict['environment'] {
  const version =
    after.observations?.database?.version || (after.plan.kind === 'sqlite' ? 'SQLite' : undefined);
  return {
    ...(facts.language === 'javascript'
      ? { node: process.versions.node }
      : after.python
        ? { python: after.python.version }
        : {}),
    ...(after.environment ? { installer: after.environment.installer } : {}),
    ...(version ? { database: version } : {}),
    boxed,
    packages: after.environment?.packages ?? {},
    ...(after.command ? { command: after.command } : facts.entry ? { command: command(after) } : {}),
  };
}
