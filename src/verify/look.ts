import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifyLevel } from '../types.ts';
import { type BoxPlan, boxCommand, HOME } from './box.ts';
import { excess } from './checks/limits.ts';
import { redirectAddresses } from './database-plan.ts';
import { insideFolder } from './inside.ts';
import { freePort, type Inside, jobFor, type Subject } from './job.ts';
import type { Limits } from './limits.ts';
import { Collector, type Observations } from './observations.ts';
import { reachable } from './postgres.ts';
import { type Done, lastLines, run } from './process.ts';
import type { Python } from './python.ts';

export interface LookOptions {
  python: Python;
  /** Absolute path of bubblewrap, or undefined: then without a box. */
  bwrap: string | undefined;
  /** A folder of our own for the job, the logs and the few files of /etc. */
  absoluteScratch: string;
  limits: Limits;
  signal?: AbortSignal | undefined;
  onStep: (text: string) => void;
}

/** Where the copy is seen in the box. */
export const TREE = '/backend';
const FOLDER = '/look';
const NOBODY = 65_534;
const DEFAULT_PORT = 8000;

/** Imports, starts, asks and stops one copy of the project, in the box or without, and tells what was seen. */
export async function look(subject: Subject, options: LookOptions): Promise<Observations> {
  await mkdir(options.absoluteScratch, { recursive: true });
  return options.bwrap ? lookInBox(subject, options, options.bwrap) : lookUnboxed(subject, options);
}

async function lookInBox(subject: Subject, options: LookOptions, bwrap: string): Promise<Observations> {
  const { facts, plan, environment, postgres } = subject;
  const inside: Inside = {
    boxed: true,
    onDisk: [TREE, FOLDER],
    tree: TREE,
    folder: FOLDER,
    postgresFolder: '/tmp/postgres',
    sockets: ['/tmp', '/var/run/postgresql'],
    uid: null,
    serverPort: portInBox(facts.entry?.port ?? DEFAULT_PORT, plan.port),
    postgresPort: plan.port,
  };
  await redirectCopy(subject, plan.port, false);
  const box: BoxPlan = {
    bwrap,
    readOnly: [
      ...options.python.prefixes,
      environment.absoluteFolder,
      insideFolder(),
      ...(postgres?.folders ?? []),
    ],
    writable: [
      { from: subject.absoluteCopy, to: TREE },
      { from: options.absoluteScratch, to: FOLDER },
    ],
    folders: plan.folders,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
    network: false,
    hosts: plan.hosts,
    absoluteScratch: options.absoluteScratch,
    cwd: '/',
  };
  const job = jobFor({ ...subject, settings: { HOME, ...subject.settings } }, inside, options.limits);
  await writeFile(join(options.absoluteScratch, 'job.json'), JSON.stringify(job));
  const command = [environment.python, join(insideFolder(), 'main.py'), join(FOLDER, 'job.json')];
  return observe(boxCommand(box, command), {}, options, subject.level);
}

/** Everything is free inside, but an ordinary user may not listen below 1024. */
function portInBox(wanted: number, taken: number): number {
  if (wanted >= 1024 && wanted !== taken) return wanted;
  return taken === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT;
}

/** Without a box the copy's own addresses are pointed at our PostgreSQL: no other server is ever asked. */
async function lookUnboxed(subject: Subject, options: LookOptions): Promise<Observations> {
  const root = process.getuid?.() === 0;
  const postgresFolder = await mkdtemp(join(tmpdir(), 'fix-backend-postgres-'));
  const inside: Inside = {
    boxed: false,
    onDisk: [subject.absoluteCopy, options.absoluteScratch, postgresFolder],
    tree: subject.absoluteCopy,
    folder: options.absoluteScratch,
    postgresFolder,
    sockets: [postgresFolder],
    uid: root ? NOBODY : null,
    serverPort: await freePort(0),
    postgresPort: await freePort(subject.plan.port),
  };
  await redirectCopy(subject, inside.postgresPort, true);
  const settings = redirectAll({ HOME: options.absoluteScratch, ...subject.settings }, inside.postgresPort);
  const postgres =
    subject.postgres && root ? await reachable(subject.postgres, postgresFolder) : subject.postgres;
  const job = jobFor({ ...subject, settings, postgres }, inside, options.limits);
  await writeFile(join(options.absoluteScratch, 'job.json'), JSON.stringify(job));
  const command = [
    subject.environment.python,
    join(insideFolder(), 'main.py'),
    join(options.absoluteScratch, 'job.json'),
  ];
  try {
    return await observe(
      command,
      { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
      options,
      subject.level,
    );
  } finally {
    await rm(postgresFolder, { recursive: true, force: true });
  }
}

function redirectAll(settings: Record<string, string>, port: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, redirectAddresses(value, port, true)]),
  );
}

/** Rewrites the addresses in the copy's settings files and in the files that hold one. */
async function redirectCopy(subject: Subject, port: number, every: boolean): Promise<void> {
  const { facts, absoluteCopy } = subject;
  const files = new Set([
    ...facts.settingsFiles,
    ...facts.addresses.map((one) => one.place.file),
    ...facts.files,
  ]);
  for (const file of files) {
    const bytes = await readFile(join(absoluteCopy, file)).catch(() => undefined);
    const text = bytes?.toString('latin1');
    const changed = text === undefined ? undefined : redirectAddresses(text, port, every);
    if (changed !== undefined && changed !== text)
      await writeFile(join(absoluteCopy, file), changed, 'latin1');
  }
}

async function observe(
  command: string[],
  env: Record<string, string>,
  options: LookOptions,
  level: VerifyLevel,
): Promise<Observations> {
  const collector = new Collector(options.onStep);
  const done = await run(command, {
    env,
    limit: options.limits.tree + (level === 'tests' ? options.limits.tests : 0),
    signal: options.signal,
    onLine: (line, stream) => stream === 'out' && collector.line(line),
  });
  const { exceeded } = collector.seen;
  if (exceeded) return { ...collector.seen, ended: excess(exceeded) };
  const ended = collector.complete ? undefined : whyEnded(done, options);
  return ended ? { ...collector.seen, ended } : collector.seen;
}

function whyEnded(done: Done, options: LookOptions): string {
  if (options.signal?.aborted) return 'it was interrupted';
  if (done.late) return `it was not done within ${options.limits.tree / 1000} s`;
  if (done.code === null || done.code === 137)
    return 'it was killed from outside, as a machine does that runs out of memory';
  return `the looking ended early: ${lastLines(done.error, 2) || `exit ${done.code}`}`;
}
