import type { CheckFailure, Outcome } from '../../types.ts';
import { lastError } from '../log.ts';
import type { ClientAnswer, ProbeAnswer, RouteAnswer, WriteStep } from '../observations.ts';
import {
  atRunTime,
  blameless,
  count,
  fail,
  failures,
  pass,
  type Seen,
  saidInLog,
  some,
  unknown,
  unreached,
  whileUp,
} from './seen.ts';

const ROUTER_404 = '{"detail": "Not Found"}';

/** Why an answer to an empty request is wrong, or undefined. 404 may be the backend's own for a missing row. */
function objection({ route, status, body, log }: RouteAnswer): string | undefined {
  if (status === 404 && !route.includes('{') && body === ROUTER_404) return '404';
  return status === 405 ? '405' : failed(status, body, log);
}

/** Why a status is a failure of the server: no answer, a server error, or an error once it had answered. */
function failed(status: number, body: string, log: string): string | undefined {
  if (status === 0) return body || 'no answer';
  if (status >= 500) return String(status);
  return /Exception in ASGI application/.test(log) ? `${status}, and fails after its answer` : undefined;
}

export function routes(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const answers = observations.routes;
    if (!answers) return unknown('the application could not be described');
    const wrong = answers.flatMap((one) => {
      const problem = objection(one);
      return problem ? [{ subject: `${one.method} ${one.route}`, problem, log: one.log }] : [];
    });
    const blamed = blame(seen, wrong);
    if (blamed) return blamed;
    const listed = answers.map((one) => `${one.method} ${one.route} ${one.status}`);
    return pass(`${count(answers.length, 'route')} answer an empty request: ${some(listed, 12)}`);
  });
}

interface Wrong {
  subject: string;
  problem: string;
  log: string;
}

/** The failures that the backend is to blame for; else why it could not be checked; undefined where nothing is wrong. */
function blame(seen: Seen, wrong: readonly Wrong[]): Outcome | undefined {
  const blamed = wrong.filter((one) => !blameless(seen, one.log));
  if (blamed.length)
    return failures(
      blamed.map((one) => failureOf(seen, one)),
      blamed[0]?.log,
    );
  const first = wrong[0];
  return first && (blameless(seen, first.log) ?? unknown('a service is not here'));
}

function failureOf(seen: Seen, { subject, problem, log }: Wrong): CheckFailure {
  return { subject, evidence: `${subject} ${problem}${log ? `: ${saidInLog(seen, log)}` : ''}` };
}

/** Several clients at once, again and again, are answered as the first one was. */
export function clients(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const answers = observations.clients;
    if (!answers) return unreached(observations);
    const first = answers.filter((one) => failed(one.first, one.body, ''));
    const wrong = answers.flatMap((one) => {
      const problem = clientObjection(one);
      return problem ? [{ subject: `GET ${one.route}`, problem, log: one.log }] : [];
    });
    const blamed = blame(seen, wrong);
    if (blamed) return blamed;
    if (answers.length === 0) return pass('there is no route to read from');
    if (first.length === answers.length) return unknown('no route answers its first request');
    return pass(`${count(answers.length, 'route')} asked by several clients at once`);
  });
}

function clientObjection({ path, first, again, body, log }: ClientAnswer): string | undefined {
  if (failed(first, body, ''))
    return /\/\{?\w*\}?$/.test(path) ? `(${path}) ${failed(first, body, '')}` : failed(first, body, '');
  const bad = again.find((status) => failed(status, body, ''));
  if (bad !== undefined)
    return `${first} for the first request, ${failed(bad, body, '')} for one of the next`;
  return failed(first, body, log);
}

/** Rows are created, read, listed, changed and deleted, and each answer agrees with the one before. */
export function writes(seen: Seen): Outcome {
  return whileUp(seen, ({ writes: found }) => {
    if (!found) return unknown('the application could not be described');
    if (found.resources.length === 0) return pass('no route takes a JSON object');
    const wrong = found.steps.flatMap((step) => {
      const problem = writeObjection(step);
      return problem
        ? [{ subject: `${step.method} ${step.route} (${step.what})`, problem, log: step.log }]
        : [];
    });
    const blamed = blame(seen, wrong);
    if (blamed) return blamed;
    const refused = found.steps.filter(
      (step) => step.refused || (step.what === 'create' && step.status >= 300),
    );
    const refusals = refused.map((step) => `${step.method} ${step.route} ${step.status} ${step.body}`);
    if (refused.length) return unknown(`a generated body was refused: ${some(refusals)}`);
    return pass(
      some(
        found.resources.map((name) => walked(name, found.steps)),
        8,
      ),
    );
  });
}

function writeObjection({ status, body, log, problem }: WriteStep): string | undefined {
  return failed(status, body, log) ?? (problem ? `${status}: ${problem}` : undefined);
}

/** `hero: create 201, read 200, change 200, delete 204`. */
function walked(name: string, steps: readonly WriteStep[]): string {
  const shown = new Map<string, number>();
  for (const step of steps) {
    if (step.resource === name && /^(create|read|list|change|delete)$/.test(step.what))
      shown.set(step.what, step.status);
  }
  return `${name}: ${[...shown].map(([what, status]) => `${what} ${status}`).join(', ')}`;
}

/** No connection stays in a transaction once every request has its answer. */
export function connections(seen: Seen): Outcome {
  return whileUp(seen, ({ connections: found }) => {
    if (!found) return unknown('the database could not be asked');
    if (found.open === 0) return pass('none stays in a transaction after the last request');
    return fail(
      `${count(found.open, 'connection')} of the server ${found.open === 1 ? 'stays' : 'stay'} in a transaction after the last request; the last statement of one: ${found.statement}`,
    );
  });
}

/** `alembic check` finds nothing to migrate. */
export function drift(seen: Seen): Outcome {
  return atRunTime(seen, ({ drift: runs }) => {
    const wrong = runs.filter((run) => run.code !== 0);
    if (wrong.length === 0) return pass(`alembic check: ${runs.map((run) => run.ini).join(', ')}`);
    if (wrong.some((run) => NO_METADATA.test(run.log)))
      return unknown('the migrations do not name the metadata of the models (target_metadata)');
    const excused = blameless(seen, wrong.map((run) => run.log).join('\n'));
    if (excused) return excused;
    return failures(
      wrong.map((run) => ({ subject: run.ini, evidence: `${run.ini}: ${lastError(run.log)}` })),
      wrong[0]?.log,
    );
  });
}

const NO_METADATA = /does not provide a MetaData object|Can't proceed with --autogenerate/;

/** The person's own requests. */
export function probes(seen: Seen): Outcome {
  return whileUp(seen, ({ probes: answers = [] }) => {
    const wrong = answers.flatMap((one) => {
      const problem = probeObjection(one);
      return problem ? [{ subject: `${one.method} ${one.path}`, problem, log: one.log }] : [];
    });
    const blamed = blame(seen, wrong);
    if (blamed) return blamed;
    return pass(
      some(
        answers.map((one) => `${one.method} ${one.path} ${one.status}`),
        12,
      ),
    );
  });
}

function probeObjection({ status, body, log, problem }: ProbeAnswer): string | undefined {
  return problem ? `${problem}: ${body}` : failed(status < 500 ? status : 200, body, log);
}
