import type { Outcome } from '../../types.ts';
import { databaseLine, lastError, says, suspiciousLine } from '../log.ts';
import type { Observations, ServerStart } from '../observations.ts';
import {
  atRunTime,
  blameless,
  count,
  fail,
  failures,
  pass,
  type Seen,
  said,
  saidInLog,
  some,
  startLog,
  unknown,
  unreached,
  whileUp,
  withEntry,
} from './seen.ts';

export function server(seen: Seen): Outcome {
  return withEntry(seen, (observations) => {
    const first = observations.servers[0];
    const log = startLog(observations);
    if (!first) return unreached(observations);
    if (first.up) return pass(`${command(seen)} answers after ${first.seconds.toFixed(1)} s`);
    return (
      blameless(seen, log) ?? {
        ...fail(notUp(seen, first, log), log),
        ...advice(first, notUp(seen, first, log)),
      }
    );
  });
}

function notUp(seen: Seen, start: ServerStart, log: string): string {
  const { silent, at, code, left = 0, elsewhere = [] } = start;
  const ports = elsewhere.length ? `port ${elsewhere.join(' and ')}` : '';
  if (silent) {
    const waited = `it did not answer within ${silent} s${at ? `: it stays at ${at}` : ''}`;
    if (ports) return `${waited}, and listens on ${ports} instead of ${seen.facts.entry?.port}`;
    return log.trim() ? `${waited}; the log ends: ${saidInLog(seen, log)}` : waited;
  }
  if (left > 0) {
    const listens = ports ? `, which listens on ${ports}` : '';
    return `the command ended with exit code ${code} and left ${left === 1 ? 'a process' : `${left} processes`} running${listens}`;
  }
  const imported = seen.observations?.imports?.results.find((one) => one.module === seen.facts.entry?.module);
  if (imported?.error && code !== 0 && !/Traceback|ERROR/.test(log)) return said(imported);
  if (code === 0)
    return `it ended by itself with exit code 0${log.trim() ? `: ${saidInLog(seen, log)}` : ''}`;
  if (code !== undefined && code < 0 && !log.trim()) return `it was ended by signal ${-code}`;
  return saidInLog(seen, log);
}

/** What a person does where the general advice does not fit. */
function advice({ silent, code, left, elsewhere }: ServerStart, evidence: string): Pick<Outcome, 'next'> {
  if (silent && elsewhere?.length)
    return { next: 'Put uvicorn.run under `if __name__ == "__main__":`; the port comes from --port.' };
  if (silent)
    return {
      next: 'A server answers once its import and its start-up are done: move what runs for ever into a task of its own, and give every wait a limit.',
    };
  if (left)
    return { next: 'Let the server stay in the foreground, as process managers and containers expect it.' };
  if (code === 0)
    return { next: 'Let nothing end the process: exit(), or a script that does its work when imported.' };
  if (/^EOFError/.test(evidence))
    return { next: 'A server has no terminal to read from: take the value from a setting.' };
  return {};
}

/** The command as it is documented, without `--reload`. */
export function command(seen: Seen): string {
  const { entry } = seen.facts;
  if (!entry) return '';
  const folder = entry.cwd ? `cd ${entry.cwd} && ` : '';
  const path = entry.pythonPath.length ? `PYTHONPATH=${entry.pythonPath.join(':')} ` : '';
  const port = entry.port === 8000 ? '' : ` --port ${entry.port}`;
  return `${folder}${path}uvicorn ${entry.module}:${entry.attribute}${entry.factory ? ' --factory' : ''}${port}`;
}

export function health(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const found = observations.health[0];
    if (!found) return unreached(observations);
    const outcome = judgeHealth(found);
    if (outcome.status === 'pass' || !found.log) return outcome;
    return fail(`${outcome.evidence}: ${saidInLog(seen, found.log)}`, found.log);
  });
}

function judgeHealth({ path, own, status, body }: Observations['health'][number]): Outcome {
  const evidence = `${path} ${status || 'no answer'} ${body.replace(/\s+/g, ' ').slice(0, 160)}`.trim();
  if (status < 200 || status >= 400)
    return fail(own ? evidence : 'nothing that tells whether it is up answers');
  return pass(own ? evidence : `${path} ${status}; there is no health route`);
}

/** Start-up and shutdown ran to their end and did what the backend has functions for. */
export function lifespan(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const log = startLog(observations);
    const stopped = observations.stopped[0];
    const probe = observations.probe?.seen;
    if (!stopped) return unreached(observations);
    if (stopped.died !== undefined) return fail(`the server died: ${lastError(log)}`, log);
    if (!stopped.clean) return fail('the server did not end when it was asked to (SIGTERM)', log);
    if (/Application (startup|shutdown) failed/.test(log)) return fail(lastError(log), log);
    const left = leftUndone(observations);
    if (left) return fail(left);
    const ends = [/startup complete/i, /shutdown complete/i].map((like) => says(log, like)).filter(Boolean);
    return pass(
      [probe?.app?.lifespan ? `lifespan ${probe.app.lifespan}` : 'no lifespan', ...ends].join('; '),
    );
  });
}

/** What the backend has code for and its start or end does not reach. */
function leftUndone({ probe, source }: Observations): string | undefined {
  const tables = probe?.seen.tables;
  if (tables?.missing?.length && tables.missing.length === tables.tables?.length && source?.creators.length) {
    return `the start creates no table, though ${source.creators[0]} would`;
  }
  const open = (probe?.seen.closed ?? []).filter((one) => one.idle > 0);
  if (open[0] && source?.disposers.length) {
    return `${count(open[0].idle, 'connection')} of ${open[0].name} stay open after the shutdown, though ${source.disposers[0]} would close them`;
  }
  return undefined;
}

export function databaseLog(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const found = databaseLine(startLog(observations));
    if (found?.failed)
      return blameless(seen, startLog(observations)) ?? fail(found.line, startLog(observations));
    return pass(found ? found.line : 'the server logs nothing about its database; see the tables');
  });
}

/** Nothing in any log points at a forgotten await, a leaked connection or a failed start or end. */
export function quietLog(seen: Seen): Outcome {
  return withEntry(seen, (observations) => {
    const logs = observations.stopped.map((one) => one.log);
    if (logs.length === 0) return unreached(observations);
    const line = logs.map(suspiciousLine).find(Boolean);
    if (line) return blameless(seen, logs.join('\n')) ?? fail(line, logs.join('\n'));
    const leaked = (observations.probe?.seen.open ?? []).find((one) => one.out > 0);
    if (leaked)
      return fail(`${count(leaked.out, 'connection')} of ${leaked.name} never came back to the pool`);
    if (!observations.servers[0]?.up)
      return (
        blameless(seen, logs.join('\n')) ?? fail(`the server does not start: ${lastError(logs[0] ?? '')}`)
      );
    return pass('no forgotten await, no leaked connection, no failed start or end');
  });
}

export function restart(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const second = observations.servers[1];
    const stopped = observations.stopped[1];
    if (!second || !stopped) return unreached(observations);
    if (!second.up) return fail(`it does not start again: ${saidInLog(seen, stopped.log)}`, stopped.log);
    const again = observations.health[1];
    const answer = again ? judgeHealth(again) : undefined;
    if (answer?.status !== 'pass')
      return fail(`started again, but ${answer?.evidence ?? 'it was not asked'}`, stopped.log);
    return pass(`started again on the same data: ${answer.evidence}`);
  });
}

/** Every further application that a documented command starts does start, and answers. */
export function others(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const found = observations.others;
    const wrong = found.filter(({ up, status }) => !up || status >= 500);
    const blamed = wrong.filter(({ log }) => !blameless(seen, log));
    if (blamed.length > 0) {
      const list = blamed.map(({ name, log }) => ({
        subject: name,
        evidence: `${name}: ${saidInLog(seen, log)}`,
      }));
      return failures(list, blamed[0]?.log);
    }
    if (wrong[0]) return blameless(seen, wrong[0].log) ?? unknown('a service is not here');
    return found.length > 0
      ? pass(some(found.map(({ name, path, status }) => `${name} ${path} ${status}`)))
      : unreached(observations);
  });
}

/** A failure of the application's own start-up, outside a server. */
export function startUp(seen: Seen): Outcome | undefined {
  const { observations } = seen;
  const failure = observations?.probe?.seen.lifespan;
  if (!failure) return undefined;
  // The application may hand on the last line of its error only; the server's log has the whole of it.
  const logs = [observations.probe?.log ?? '', startLog(observations), failure.error ?? ''].join('\n');
  return blameless(seen, logs) ?? fail(`the start-up fails: ${said(failure)}`);
}
