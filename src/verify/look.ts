import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { VerifyLevel } from '../types.ts';
import { type BoxPlan, boxCommand, HOME } from './box.ts';
import { excess } from './checks/limits.ts';
import type { Endpoint } from './given/messages.ts';
import { insideFolder } from './inside.ts';
import { removeAtEnd } from './interrupt.ts';
import { freePort, type Inside, jobFor, type Subject } from './job.ts';
import { redisPorts, relaysInBox } from './lent.ts';
import type { Limits } from './limits.ts';
import { Collector, type Observations } from './observations.ts';
import { reachable } from './postgres.ts';
import { type Done, lastLines, run } from './process.ts';
import type { Python } from './python.ts';
import {
  partSettings,
  readTexts,
  redirectIps,
  redirectParts,
  redirectUrls,
  rewriteTexts,
  type Targets,
  unredirected,
} from './redirect.ts';
import { PREFIX } from './trees.ts';

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
    serverPort: portInBox(facts.entry?.port ?? DEFAULT_PORT, [
      ...plan.ports,
      ...redisPorts(subject.services, plan),
    ]),
    postgresPort: plan.port,
    relays: relaysInBox(plan, subject.lending, subject.services, FOLDER),
    question: questionOf(subject, FOLDER),
  };
  const redis = isLent(subject.lending.redis)
    ? subject.services.filter(({ name }) => name === 'Redis').map(({ host }) => host)
    : [];
  const hosts = [...facts.addresses.map((one) => one.host ?? ''), ...redis];
  await rewriteTexts(await readTexts(facts, subject.absoluteCopy), subject.absoluteCopy, (text) =>
    redirectIps(text, hosts),
  );
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
    folders: [...plan.folders, '/run/mysqld', '/var/run/mysqld'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
    network: false,
    hosts: [...new Set([...plan.hosts, ...namesAmong(redis)])],
    absoluteScratch: options.absoluteScratch,
    cwd: '/',
  };
  const settings = mapped({ HOME, ...subject.settings }, (value) => redirectIps(value, hosts));
  const job = jobFor({ ...subject, settings }, inside, options.limits);
  await writeFile(join(options.absoluteScratch, 'job.json'), JSON.stringify(job));
  const command = [environment.python, join(insideFolder(), 'main.py'), join(FOLDER, 'job.json')];
  return observe(boxCommand(box, command), {}, options, subject.level);
}

function isLent<T extends object>(one: T | { problem: string } | undefined): one is T {
  return one !== undefined && !('problem' in one);
}

function questionOf({ lending: { database } }: Subject, folder?: string): Endpoint | null {
  if (!isLent(database)) return null;
  const { question } = database;
  return folder && 'path' in question ? { path: join(folder, basename(question.path)) } : question;
}

/** Host names that may stand in a hosts file. */
function namesAmong(hosts: readonly string[]): string[] {
  return hosts.filter(
    (host) => /^[A-Za-z0-9][\w.-]*$/.test(host) && isIP(host) === 0 && host !== 'localhost',
  );
}

/** Everything is free inside, but an ordinary user may not listen below 1024. */
function portInBox(wanted: number, taken: readonly number[]): number {
  if (wanted >= 1024 && !taken.includes(wanted)) return wanted;
  let port = DEFAULT_PORT;
  while (taken.includes(port)) port += 1;
  return port;
}

/** Without a box the copy's own addresses are pointed at our PostgreSQL: no other server is ever asked. */
async function lookUnboxed(subject: Subject, options: LookOptions): Promise<Observations> {
  const root = process.getuid?.() === 0;
  const postgresFolder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-postgres-`));
  const postgresPlace = removeAtEnd(postgresFolder);
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
    relays: [],
    question: questionOf(subject),
  };
  const targets = targetsOf(subject, inside.postgresPort);
  const texts = await readTexts(subject.facts, subject.absoluteCopy);
  const own = unredirected(subject.facts, texts, targets);
  if (own) {
    postgresPlace.remove();
    return { ...new Collector(options.onStep).seen, ended: withoutBox(own) };
  }
  const parts = partSettings([...texts.values()], targets);
  await rewriteTexts(texts, subject.absoluteCopy, (text, file) =>
    redirectParts(redirectUrls(text, targets), subject.facts.settingsFiles.includes(file) ? parts : {}),
  );
  const settings = {
    HOME: options.absoluteScratch,
    ...mapped(subject.settings, (value) => redirectUrls(value, targets)),
    ...parts,
  };
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
    postgresPlace.remove();
  }
}

function mapped(settings: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, change(value)]));
}

/** Where addresses have to lead without a box: to our PostgreSQL or to what is lent, and else nowhere. */
function targetsOf({ plan, lending: { database, redis } }: Subject, postgresPort: number): Targets {
  const portOf = (one: { endpoint: Endpoint }) => ('port' in one.endpoint ? one.endpoint.port : 0);
  const embedded =
    plan.kind === 'postgresql' ? { schemes: 'postgresql' as const, port: postgresPort } : undefined;
  return {
    database: isLent(database) ? { schemes: database.kind, port: portOf(database) } : embedded,
    redis: isLent(redis) ? portOf(redis) : undefined,
  };
}

function withoutBox(address: string): string {
  return `without the box it would reach a database of your own (${address}); it was not started`;
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
