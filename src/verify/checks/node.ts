import semver from 'semver';
import type { Outcome } from '../../types.ts';
import { lastError } from '../log.ts';
import type { CommandRun } from '../observations.ts';
import {
  atRunTime,
  blameless,
  count,
  fail,
  pass,
  type Seen,
  saidInLog,
  some,
  startLog,
  unknown,
  unreached,
  whileUp,
} from './seen.ts';

/** The Node that everything here runs on is one that package.json allows. */
export function nodeVersion(seen: Seen): Outcome {
  const { allowed } = seen;
  const shown = `Node ${process.versions.node}`;
  if (!allowed) return pass(shown);
  if (!semver.validRange(allowed)) return fail(`package.json asks for Node ${allowed}, which is no range`);
  return semver.satisfies(process.versions.node, allowed)
    ? pass(`${shown}, and package.json asks for ${allowed}`)
    : fail(`${shown}, but package.json asks for ${allowed}`);
}

export function nodeInstall(seen: Seen): Outcome {
  if (seen.unable) return unknown(seen.unable);
  if (seen.installFailed !== undefined) return fail(`the packages do not install: ${seen.installFailed}`);
  if (!seen.environment) return unknown('nothing was installed');
  const { packages, installer } = seen.environment;
  const listed = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return pass(
    `${count(listed.length, 'dependency').replace('dependencys', 'dependencies')} by ${installer}: ${some(listed, 10)}`,
  );
}

/** `tsc --noEmit`, where there is a tsconfig.json. */
export function types(seen: Seen): Outcome {
  return ofCommand(
    seen,
    (observations) => observations.typeCheck,
    'the types fit',
    (log) => {
      const errors = log.split('\n').filter((line) => /error TS\d+/.test(line));
      return errors.length > 0 ? `${count(errors.length, 'error')}: ${some(errors)}` : lastError(log);
    },
  );
}

export function build(seen: Seen): Outcome {
  return ofCommand(seen, (observations) => observations.build, 'it builds', lastError);
}

export function nodeTests(seen: Seen): Outcome {
  return ofCommand(seen, (observations) => observations.nodeTests, 'its test script ends with 0', lastError);
}

function ofCommand(
  seen: Seen,
  runOf: (observations: NonNullable<Seen['observations']>) => CommandRun | undefined,
  good: string,
  bad: (log: string) => string,
): Outcome {
  return atRunTime(seen, (observations) => {
    const run = runOf(observations);
    if (!run) return unreached(observations);
    if (run.code === null) return unknown('it took too long', run.log);
    return run.code === 0 ? pass(good) : (blameless(seen, run.log) ?? fail(bad(run.log), run.log));
  });
}

export function nodeServer(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const first = observations.servers[0];
    const log = startLog(observations);
    if (!seen.facts.entry && !first) return unknown('neither a start script nor an entry point was found');
    if (observations.build && observations.build.code !== 0) return fail('it does not build');
    if (!first) return unreached(observations);
    if (first.up) return pass(`${seen.command} listens after ${first.seconds.toFixed(1)} s`);
    const why = first.silent
      ? `it listens on no port within ${first.silent} s: ${saidInLog(seen, log)}`
      : saidInLog(seen, log);
    return blameless(seen, log) ?? fail(why, log);
  });
}

/** Whatever answers tells that it is up; a route of its own for this question must not fail. */
export function nodeHealth(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const found = observations.health[0];
    if (!found) return unreached(observations);
    const { path, own, status, body, log } = found;
    const evidence = `${path} ${status || 'no answer'} ${body.replace(/\s+/g, ' ').slice(0, 160)}`.trim();
    const good = own ? status >= 200 && status < 400 : status > 0 && status < 500;
    if (good) return pass(own ? evidence : `${path} ${status}; there is no health route`);
    return log ? (blameless(seen, log) ?? fail(`${evidence}: ${saidInLog(seen, log)}`, log)) : fail(evidence);
  });
}

const SUSPICIOUS =
  /UnhandledPromiseRejection|unhandledRejection|Unhandled rejection|MongooseError|MongoParseError|ClientClosedError|ConnectionNotFoundError|TypeORMError|PrismaClient\w*Error|Sequelize\w*Error|ECONNREFUSED|is not a function/;

export function nodeLog(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const logs = observations.stopped.map(({ log }) => log);
    if (logs.length === 0) return unreached(observations);
    const line = logs
      .join('\n')
      .split('\n')
      .find((one) => SUSPICIOUS.test(one));
    if (line) return blameless(seen, logs.join('\n')) ?? fail(line.trim(), logs.join('\n'));
    return observations.servers[0]?.up
      ? pass('no unhandled rejection and no error of the database')
      : (blameless(seen, logs.join('\n')) ??
          fail(`the server does not start: ${saidInLog(seen, logs[0] ?? '')}`));
  });
}

export function nodeRestart(seen: Seen): Outcome {
  return whileUp(seen, (observations) => {
    const second = observations.servers[1];
    if (!second) return unreached(observations);
    const log = observations.stopped[1]?.log ?? '';
    return second.up
      ? pass('started again on the same data')
      : fail(`it does not start again: ${saidInLog(seen, log)}`, log);
  });
}
