import type { BackendFacts, CheckFailure, Outcome } from '../../types.ts';
import type { DatabasePlan } from '../database-plan.ts';
import type { Environment } from '../environment.ts';
import { lastError } from '../log.ts';
import type { Failure, Observations } from '../observations.ts';
import type { Python } from '../python.ts';
import type { Service } from '../services.ts';
import { excuse } from './excuse.ts';

/** All that is known of one tree when its checks are judged. */
export interface Seen {
  facts: BackendFacts;
  plan: DatabasePlan;
  python?: Python;
  /** What the manifests allow: `>=3.11`. */
  allowed?: string;
  /** The manifest that says so. */
  allowedIn?: string;
  environment?: Environment;
  /** The installer's last lines. */
  installFailed?: string;
  observations?: Observations;
  /** Other services that the settings and the code name. */
  services?: readonly Service[];
  /** How it went with the Redis that the person named; undefined where none was. */
  redis?: { problem?: string } | undefined;
  /** Where the copy lay, inside the box and outside; absolute. */
  copies?: string[];
  /** The command that started it, as a person would type it; of a Node backend. */
  command?: string;
  /** Why nothing could be run. */
  unable?: string;
}

export const pass = (evidence: string, log?: string): Outcome => outcome('pass', evidence, log);
export const fail = (evidence: string, log?: string): Outcome => outcome('fail', evidence, log);
/** Fails for what is listed, each by its own name. */
export const failures = (list: readonly CheckFailure[], log?: string): Outcome => ({
  ...outcome('fail', some(list.map((one) => one.evidence)), log),
  failures: [...list],
});
export const unknown = (reason: string, log?: string): Outcome =>
  outcome('unknown', `could not be checked: ${reason}`, log);

function outcome(status: Outcome['status'], evidence: string, log?: string): Outcome {
  return log ? { status, evidence, log: log.slice(-8000) } : { status, evidence };
}

/** Judges what was seen at run time, or says why there is nothing to judge. */
export function atRunTime(seen: Seen, judge: (observations: Observations) => Outcome): Outcome {
  if (seen.unable) return unknown(seen.unable);
  if (seen.installFailed !== undefined) return unknown('the packages could not be installed');
  if (!seen.observations) return unknown('nothing was run');
  return judge(seen.observations);
}

/** The same for what needs an application; its absence is no failure, but no pass either. */
export function withEntry(seen: Seen, judge: (observations: Observations) => Outcome): Outcome {
  return atRunTime(seen, (observations) =>
    seen.facts.entry ? judge(observations) : unknown('no application was found to start'),
  );
}

/** The same for what needs a server that has started. */
export function whileUp(seen: Seen, judge: (observations: Observations) => Outcome): Outcome {
  return withEntry(seen, (observations) => {
    const first = observations.servers[0];
    if (!first) return unreached(observations);
    return first.up
      ? judge(observations)
      : (blameless(seen, startLog(observations)) ?? fail('the server does not start'));
  });
}

/** The same for what the loaded application says of itself. */
export function whenLoaded(
  seen: Seen,
  judge: (probe: NonNullable<Observations['probe']>['seen'], observations: Observations) => Outcome,
): Outcome {
  return withEntry(seen, (observations) => {
    const { probe } = observations;
    if (!probe) return unreached(observations);
    const { target } = probe.seen;
    if (target?.ok) return judge(probe.seen, observations);
    const why = target ? said(target) : lastError(probe.log);
    const outcome = fail(`the application could not be loaded: ${why}`, target ? undefined : probe.log);
    return blameless(seen, target?.error ?? probe.log) ?? outcome;
  });
}

/** A failure that the backend is not to blame for. */
export function blameless(seen: Seen, log: string): Outcome | undefined {
  const reason = excuse(seen, log);
  return reason ? unknown(reason, log) : undefined;
}

export function startLog(observations: Observations): string {
  return observations.stopped[0]?.log ?? '';
}

/** An error with its place in the backend's code. */
export function said(failure: Failure): string {
  return [failure.error ?? 'no reason was given', failure.at ? `(${failure.at})` : '']
    .filter(Boolean)
    .join(' ');
}

/** An error from a log with the place in the backend's code that the log's last traceback comes nearest to. */
export function saidInLog(seen: Seen, log: string): string {
  if (seen.facts.language === 'javascript')
    return said({ error: nodeError(log), at: placeInStack(seen, log) });
  const lines = [...log.matchAll(/File "([^"]+)", line (\d+)/g)].flatMap(([, path = '', line]) => {
    const copy = seen.copies?.find((folder) => path.startsWith(`${folder}/`));
    return copy ? [`${path.slice(copy.length + 1)}:${line}`] : [];
  });
  return said({ error: lastError(log), at: lines.at(-1) ?? '' });
}

/** The line of Node's own report that names the error; its stack, and what the error holds besides, follow it. */
function nodeError(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const named = lines.findLast((line) =>
    /^(?!at )(?:\[|Uncaught )?(?:[\w.]*(?:Error|Exception)\b|error)[^:]*: /.test(line),
  );
  return (named ?? lastError(log)).slice(0, 500);
}

/** The first place of a stack in the backend's own code. */
function placeInStack({ copies = [] }: Seen, log: string): string {
  for (const [, path = '', line] of log.matchAll(/(?:file:\/\/)?(\/[^\s:()]+):(\d+)/g)) {
    const copy = copies.find((folder) => path.startsWith(`${folder}/`));
    if (copy && !path.includes('/node_modules/')) return `${path.slice(copy.length + 1)}:${line}`;
  }
  return '';
}

export function unreached(observations: Observations): Outcome {
  return unknown(observations.ended ?? 'it was not reached');
}

/** `3 routes`, `1 route`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** The first few of a list, and how many more there are. */
export function some(list: readonly string[], shown = 4): string {
  const rest = list.length - shown;
  return list.slice(0, shown).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
