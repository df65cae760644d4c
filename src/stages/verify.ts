import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendFacts, Progress, Verdict, VerifyLevel } from '../types.ts';
import { cacheFolder } from '../verify/cache.ts';
import type { Seen } from '../verify/checks/seen.ts';
import { planDatabase } from '../verify/database-plan.ts';
import { type Environment, makeEnvironment, type NotMade } from '../verify/environment.ts';
import { serverKind } from '../verify/given/server-address.ts';
import { heartbeat } from '../verify/heartbeat.ts';
import { cleaningUp } from '../verify/interrupt.ts';
import { lendTo, redisOf, withScratchNames } from '../verify/lent.ts';
import { notStarted } from '../verify/level.ts';
import { LIMITS, type Limits } from '../verify/limits.ts';
import { look, TREE } from '../verify/look.ts';
import { allowedBy, needsOf } from '../verify/needs.ts';
import { makeNodeReady, type NodeReady } from '../verify/node/environment.ts';
import { planFor } from '../verify/plan.ts';
import type { Probe } from '../verify/probes.ts';
import { readTexts } from '../verify/redirect.ts';
import { isRefusal, refused } from '../verify/refusal.ts';
import { servicesOf } from '../verify/services.ts';
import { requiredValues } from '../verify/settings.ts';
import { layOver } from '../verify/tree.ts';
import { databaseFiles, makeCopies, PREFIX, sweepLeftovers } from '../verify/trees.ts';
import { baselineOf, environmentOf, judge, type Repair, resultOf } from '../verify/verdict.ts';
import { openWorkshop, type Workshop } from '../verify/workshop.ts';

export interface VerifyOptions {
  /** False runs the backend's code without a box; a person has to say so. */
  sandbox: boolean;
  /** The backend is our own: it may run without a box where none can be made. */
  trusted?: boolean;
  /** How far to go; `probe` by default. */
  level?: VerifyLevel;
  /** Create, read, update and delete through the routes as well. */
  probeWrites?: boolean;
  /** Requests of the person's own, in their order. */
  probes?: readonly Probe[];
  /** A server to make the scratch database on. */
  databaseUrl?: string;
  /** A Redis to lend to the backend. */
  redisUrl?: string;
  /** The interpreter to use: a path or a name on the PATH. */
  python?: string;
  /** Absolute; where environments and tools are kept. */
  absoluteCache?: string;
  limits?: Partial<Limits>;
  signal?: AbortSignal;
}

export interface VerifyInput {
  /** The project as it is now. It is only read. */
  absoluteRoot: string;
  backend: BackendFacts;
  /** The bytes that files had before the repair, by path; null where there was no file. Undefined: nothing earlier is known. */
  before?: ReadonlyMap<string, Buffer | null>;
  /** Bytes to lay over the copy, by path: a plan that is not written yet. */
  laid?: ReadonlyMap<string, Buffer | null>;
  /** The applied findings, in their order, each with the errors that its transform explains. */
  repairs?: readonly Repair[];
  options: VerifyOptions;
}

/** One verification under way. */
interface Work {
  input: VerifyInput;
  level: VerifyLevel;
  limits: Limits;
  absoluteCache: string;
  absoluteFolder: string;
  step: (text: string) => void;
}

/**
 * Starts the untouched and the repaired backend on a database of their own, in a box, and compares.
 * Works on copies in a temporary folder that is gone afterwards; runs the backend's code, and nothing of it outside
 * the box unless `sandbox` is false. What cannot be checked here is `unknown` with its reason. Rejects only where
 * the project itself cannot be read.
 */
export async function verify(input: VerifyInput, progress: Progress): Promise<Verdict> {
  const began = Date.now();
  const temporary = await realpath(tmpdir());
  await sweepLeftovers(temporary);
  const absoluteFolder = await mkdtemp(join(temporary, `${PREFIX}${process.pid}-`));
  const beat = heartbeat((text) => progress({ stage: 'verify', text, state: 'start' }));
  const work: Work = {
    input,
    level: notStarted(input.backend) ? 'import' : (input.options.level ?? 'probe'),
    limits: { ...LIMITS, ...input.options.limits },
    absoluteCache: input.options.absoluteCache ?? cacheFolder(process.env),
    absoluteFolder,
    step: beat.say,
  };
  const verdict = await cleaningUp(absoluteFolder, () => verifyIn(work, began))
    .catch((error) => {
      throw isRefusal(error) ? refused(error, temporary) : error;
    })
    .finally(beat.stop);
  progress({ stage: 'verify', text: verdict.result, state: verdict.result === 'fixed' ? 'done' : 'fail' });
  return verdict;
}

async function verifyIn(work: Work, began: number): Promise<Verdict> {
  const { backend, repairs = [] } = work.input;
  const { before, after, boxed } = await seeBoth(work);
  const checks = judge(before, after, work.level);
  const baseline = baselineOf(checks, repairs);
  return {
    version: 1,
    backend: backend.name,
    level: work.level,
    checks,
    result: resultOf(checks),
    environment: environmentOf(backend, after, boxed),
    ...(baseline ? { baseline } : {}),
    seconds: (Date.now() - began) / 1000,
  };
}

async function seeBoth(work: Work): Promise<{ before: Seen | undefined; after: Seen; boxed: boolean }> {
  const { absoluteRoot, backend, before, laid, options } = work.input;
  const plan = planDatabase(backend, false);
  const hidden = (reason: string, more: Partial<Seen> = {}) => {
    const seen: Seen = { facts: backend, plan, unable: reason, ...more };
    return { before: before && seen, after: seen, boxed: false };
  };
  work.step('copying the project');
  const copies = await makeCopies(absoluteRoot, work.absoluteFolder, before, databaseFiles(backend, plan));
  if (laid) await layOver(copies.after, laid);
  const known = allowedBy(backend, copies.after);
  const workshop = await openWorkshop({
    asked: options.python,
    allowed: known.allowed,
    absoluteCache: work.absoluteCache,
    absoluteScratch: join(work.absoluteFolder, 'scratch'),
    sandbox: options.sandbox,
    trusted: options.trusted ?? false,
    signal: options.signal,
    onStep: work.step,
  });
  if ('reason' in workshop)
    return hidden(workshop.reason, { ...known, ...(workshop.python ? { python: workshop.python } : {}) });
  const seen = (copy: string) => see(copy, workshop, work);
  const first = copies.before ? { ...(await seen(copies.before)), ...known } : undefined;
  return {
    before: first,
    after: { ...(await seen(copies.after)), ...known },
    boxed: workshop.bwrap !== undefined,
  };
}

/** Installs what one copy asks for and looks at it. */
async function see(absoluteCopy: string, workshop: Workshop, work: Work): Promise<Seen> {
  const { options } = work.input;
  const name = absoluteCopy.slice(work.absoluteFolder.length + 1);
  const step = (text: string) => work.step(`${name}: ${text}`);
  const ready = await readyFor(absoluteCopy, workshop, work, step);
  if ('failed' in ready) {
    const { backend: facts } = work.input;
    const why = ready.unable ? { unable: ready.unable } : { installFailed: ready.failed };
    return {
      facts,
      python: workshop.python,
      copies: [absoluteCopy, TREE],
      plan: planDatabase(facts, false),
      ...why,
    };
  }
  const { facts, environment, node } = ready;
  const base = {
    facts,
    python: workshop.python,
    copies: [absoluteCopy, TREE],
    ...(node && { command: node.shown }),
    ...(ready.allowed && { allowed: ready.allowed }),
  };
  const absoluteScratch = join(work.absoluteFolder, `${name}-look`);
  const wanted = planFor(
    facts,
    environment.packages,
    workshop.postgres,
    serverKind(options.databaseUrl ?? ''),
  );
  await mkdir(absoluteScratch, { recursive: true });
  const { plan, lending } = await lendTo(wanted, options, {
    absoluteScratch,
    boxed: workshop.bwrap !== undefined,
    onStep: step,
  });
  const services = servicesOf(await readTexts(facts, absoluteCopy));
  const observations = await look(
    {
      facts,
      plan,
      environment,
      postgres: 'reason' in workshop.postgres ? undefined : workshop.postgres,
      absoluteCopy,
      lending,
      services,
      settings: {
        ...withScratchNames(ready.settings, plan, lending),
        ...requiredValues(facts, absoluteCopy, environment.packages, plan.port),
      },
      ...(node && { node }),
      level: work.level,
      probeWrites: options.probeWrites ?? false,
      probes: options.probes ?? [],
    },
    {
      python: workshop.python,
      bwrap: workshop.bwrap,
      absoluteScratch,
      limits: work.limits,
      signal: options.signal,
      onStep: step,
    },
  ).finally(async () => {
    for (const left of await lending.end()) step(`could not be dropped: ${left}`);
  });
  return { ...base, plan, environment, observations, services, redis: redisOf(options.redisUrl, lending) };
}

/** A copy whose packages are installed. */
type Ready = Pick<NodeReady, 'facts' | 'environment' | 'settings'> &
  Partial<Pick<NodeReady, 'node' | 'allowed'>>;

async function readyFor(
  absoluteCopy: string,
  workshop: Workshop,
  work: Work,
  step: (text: string) => void,
): Promise<Ready | NotMade> {
  const { backend: facts, options } = work.input;
  if (facts.language === 'javascript') {
    return makeNodeReady(facts, absoluteCopy, workshop.bwrap ? TREE : absoluteCopy, workshop, {
      absoluteCache: work.absoluteCache,
      absoluteScratch: work.absoluteFolder,
      limit: work.limits.install,
      signal: options.signal,
      onStep: step,
    });
  }
  const environment = await environmentFor(absoluteCopy, workshop, work, step);
  return 'failed' in environment ? environment : { facts, environment, settings: {} };
}

async function environmentFor(
  absoluteCopy: string,
  workshop: Workshop,
  work: Work,
  step: (text: string) => void,
): Promise<Environment | NotMade> {
  const { backend, options } = work.input;
  const manifest = backend.manifests[0];
  if (!manifest) return { failed: 'there is no requirements file, pyproject.toml or Pipfile' };
  step(`installing ${manifest}`);
  try {
    return await makeEnvironment(needsOf(backend, absoluteCopy, manifest, work.level), {
      python: workshop.python,
      uv: workshop.uv,
      bwrap: workshop.bwrap,
      absoluteScratch: work.absoluteFolder,
      absoluteCache: work.absoluteCache,
      hidden: backend.settingsFiles.map((file) => join(absoluteCopy, file)),
      limit: work.limits.install,
      signal: options.signal,
      onLine: (line) => step(`installing ${manifest}: ${line.trim().slice(0, 120)}`),
    });
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return isRefusal(error) ? { failed, unable: `the system refuses: ${failed}` } : { failed };
  }
}
