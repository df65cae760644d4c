import type { BackendFacts, Check, Outcome, Verdict } from '../types.ts';
import type { Seen } from './checks/seen.ts';
import { command } from './checks/server.ts';
import { CHECKS, type CheckLine } from './checks/table.ts';
import { plain } from './process.ts';

/** One repair that was applied, and the start-up errors that its transform says it explains. */
export interface Repair {
  key: string;
  fixes: readonly RegExp[];
}

/** Every line of the verdict, before and after. Lines about migrations are left out where nothing migrates. */
export function judge(before: Seen | undefined, after: Seen): Check[] {
  const migrates = [before, after].some((seen) => seen?.observations?.migrations.length);
  return CHECKS.filter((line) => line.id !== 'migrations' || migrates).map((line) => ({
    id: line.id,
    title: line.title,
    tasks: [...line.tasks],
    before: before ? judged(line, before) : NOT_LOOKED,
    after: judged(line, after),
  }));
}

function judged(line: CheckLine, seen: Seen): Outcome {
  const outcome = shortened(line.judge(seen), seen);
  return outcome.status === 'fail' ? { ...outcome, next: line.next } : outcome;
}

/** Paths as the person knows them: those of our copies and our environment mean nothing to them. */
function shortened(outcome: Outcome, seen: Seen): Outcome {
  const environment = seen.environment?.absoluteFolder;
  const own = [environment, ...(seen.copies ?? [])].filter((folder) => folder !== undefined);
  const short = (text: string) =>
    own
      .reduce((left, folder) => left.replaceAll(`${folder}/`, ''), text)
      .replace(/lib\/python3\.\d+\/site-packages\//g, '');
  const { log } = outcome;
  return { ...outcome, evidence: plain(short(outcome.evidence)), ...(log ? { log: plain(short(log)) } : {}) };
}

const NOT_LOOKED: Outcome = {
  status: 'unknown',
  evidence: 'could not be checked: no earlier state is known',
};

/** What the outcomes come to. What newly fails weighs most, what could not be checked least. */
export function resultOf(checks: readonly Check[]): Verdict['result'] {
  const failing = checks.filter((check) => check.after.status === 'fail');
  if (failing.some((check) => check.before.status === 'pass')) return 'broken';
  if (failing.length) return 'failing';
  return checks.some((check) => check.after.status === 'unknown') ? 'unchecked' : 'fixed';
}

/** The untouched server's error, and the first repair that explains it. */
export function baselineOf(checks: readonly Check[], repairs: readonly Repair[]): Verdict['baseline'] {
  const start = checks.find((check) => check.id === 'server')?.before;
  const install = checks.find((check) => check.id === 'install')?.before;
  const failed = [start, install].find((outcome) => outcome?.status === 'fail');
  if (!failed) return undefined;
  const texts = [failed.evidence, failed.log ?? ''];
  const found = repairs.find((repair) =>
    texts.some((text) =>
      repair.fixes.some((like) => new RegExp(like.source, like.flags.replace(/[gy]/g, '')).test(text)),
    ),
  );
  return found ? { error: failed.evidence, explainedBy: found.key } : { error: failed.evidence };
}

/** What the checks were made with. */
export function environmentOf(facts: BackendFacts, after: Seen, boxed: boolean): Verdict['environment'] {
  const version =
    after.observations?.database?.version || (after.plan.kind === 'sqlite' ? 'SQLite' : undefined);
  return {
    ...(after.python ? { python: after.python.version } : {}),
    ...(after.environment ? { installer: after.environment.installer } : {}),
    ...(version ? { database: version } : {}),
    boxed,
    packages: after.environment?.packages ?? {},
    ...(facts.entry ? { command: command(after) } : {}),
  };
}
