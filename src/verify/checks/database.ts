import type { Outcome } from '../../types.ts';
import { lastError } from '../log.ts';
import type { Probe } from '../observations.ts';
import { notStarted } from './excuse.ts';
import { blameless, count, fail, pass, type Seen, said, some, unknown, whenLoaded } from './seen.ts';
import { startUp } from './server.ts';

/** `SELECT 1` through each of the backend's own session dependencies. */
export function session(seen: Seen): Outcome {
  return whenLoaded(seen, (probe, observations) => {
    const missing = noDatabase(seen);
    if (missing) return missing;
    const log = observations.probe?.log ?? '';
    if (!probe.sessions) return startUp(seen) ?? blameless(seen, log) ?? fail(lastError(log), log);
    if (probe.sessions.length === 0) return unknown('neither a session dependency nor an engine was found');
    return ofSessions(seen, probe.sessions);
  });
}

function ofSessions(seen: Seen, sessions: NonNullable<Probe['sessions']>): Outcome {
  const failed = sessions.filter((one) => !one.ok);
  const named = failed.map((one) => `${one.name}: ${said(one)}`);
  if (failed.some((one) => !one.other)) return blameless(seen, named.join('\n')) ?? fail(some(named));
  if (failed.length === sessions.length) return unknown(some(named));
  const through = some(sessions.filter((one) => one.ok).map((one) => one.name));
  return pass(
    `SELECT 1 through ${through}${seen.facts.dependencies.length ? '' : '; there is no session dependency'}`,
  );
}

/** Tables and columns in the database are those of the models, after the server's own start. */
export function tables(seen: Seen): Outcome {
  return whenLoaded(seen, (probe) => {
    const missing = noDatabase(seen);
    if (missing) return missing;
    const found = probe.tables;
    if (!found) return startUp(seen) ?? unknown('the tables were not reached');
    if (found.error) return blameless(seen, found.error) ?? fail(said(found));
    if (found.problems.length) return fail(some(found.problems));
    if (!found.tables?.length)
      return seen.facts.metadata.length
        ? pass('the models declare no table')
        : unknown('no models were found');
    if (found.made)
      return unknown('nothing here creates the tables: they were made from the models to go on');
    const wrong = [...(found.missing ?? []).map((name) => `${name} is missing`), ...(found.different ?? [])];
    if (wrong.length) return fail(some(wrong));
    return pass(
      `${count(found.tables.length, 'table')} as the models declare: ${some(found.tables, 8)}${version(seen)}`,
    );
  });
}

function version(seen: Seen): string {
  const found = seen.observations?.database?.version;
  return found ? ` (${found.replace('postgres (PostgreSQL)', 'PostgreSQL')})` : '';
}

/** Why there is no database to ask, where there is none. */
function noDatabase(seen: Seen): Outcome | undefined {
  const { plan, observations } = seen;
  if (plan.kind === 'unavailable') return unknown(plan.reason ?? 'there is no such database here');
  if (plan.kind === 'none') return unknown('no database address was found');
  if (observations?.database?.ok === false) return unknown(notStarted(observations.database.error));
  return undefined;
}
