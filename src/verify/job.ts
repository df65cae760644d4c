import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { BackendFacts, VerifyLevel } from '../types.ts';
import type { DatabasePlan } from './database-plan.ts';
import type { Environment } from './environment.ts';
import type { Endpoint } from './given/messages.ts';
import type { Lending } from './lending.ts';
import type { Relay } from './lent.ts';
import { amountsOf, inSeconds, type Limits } from './limits.ts';
import type { NodeCommands } from './node/commands.ts';
import type { PostgresBinaries } from './postgres.ts';
import type { Probe } from './probes.ts';
import type { Service } from './services.ts';

/** Where things are, as the programs inside see them. All paths absolute. */
export interface Inside {
  boxed: boolean;
  /** Folders that are not in memory and may be written to. */
  onDisk: string[];
  tree: string;
  folder: string;
  postgresFolder: string;
  sockets: string[];
  /** The user that PostgreSQL runs as; null for the same. */
  uid: number | null;
  serverPort: number;
  postgresPort: number;
  relays: Relay[];
  /** Where the lender of a given database answers questions; null without one. */
  question: Endpoint | null;
}

/** What is looked at. `absoluteCopy` is where the copy lies on this machine. */
export interface Subject {
  facts: BackendFacts;
  plan: DatabasePlan;
  environment: Environment;
  postgres: PostgresBinaries | undefined;
  absoluteCopy: string;
  settings: Record<string, string>;
  /** What is lent to it. */
  lending: Lending;
  /** Other services that its settings and code name. */
  services: readonly Service[];
  /** The commands of a Node backend, and the routes to ask. */
  node?: NodeCommands & { routes: string[] };
  level: VerifyLevel;
  probeWrites: boolean;
  probes: readonly Probe[];
}

/** The job that `inside/main.py` reads. */
export function jobFor(subject: Subject, inside: Inside, limits: Limits): Record<string, unknown> {
  const { facts, plan, environment, postgres } = subject;
  const { entry } = facts;
  const at = (path: string) => join(inside.tree, path);
  const cwd = at(entry?.cwd ?? facts.root);
  const pythonPath = (entry?.pythonPath ?? []).map(at);
  return {
    level: subject.level,
    probeWrites: subject.probeWrites,
    probes: subject.probes,
    node: subject.node ?? null,
    python: environment.python,
    tree: inside.tree,
    cwd,
    folder: inside.folder,
    testsIn: at(facts.root),
    roots: [entry?.cwd ?? facts.root, ...(entry?.pythonPath ?? [])],
    files: facts.files.filter((file) => file.endsWith('.py') && existsSync(join(subject.absoluteCopy, file))),
    entry: entry ? { ...entry, port: inside.serverPort } : null,
    others: (facts.otherEntries ?? []).map((other) => ({
      ...other,
      port: inside.serverPort,
      cwd: at(other.cwd),
      pythonPath: other.pythonPath.map(at),
    })),
    env: serverEnvironment(environment, pythonPath, subject.settings),
    postgres:
      plan.kind === 'postgresql' && !plan.given && postgres ? postgresJob(plan, postgres, inside) : null,
    relays: inside.relays,
    given: givenJob(subject.lending, inside),
    fileDatabase: plan.kind === 'sqlite',
    dependencies: facts.dependencies,
    metadata: facts.metadata,
    modelModules: facts.modelModules,
    alembic: alembicFiles(facts, subject.absoluteCopy),
    limits: inSeconds(limits),
    most: amountsOf(limits),
    boxed: inside.boxed,
    onDisk: inside.onDisk,
  };
}

function givenJob({ database }: Lending, { question }: Inside): Record<string, unknown> | null {
  if (!database || 'problem' in database) return null;
  return { version: `${database.version} of --database-url`, question };
}

function postgresJob(
  plan: DatabasePlan,
  binaries: PostgresBinaries,
  inside: Inside,
): Record<string, unknown> {
  return {
    bin: binaries.bin,
    libraries: binaries.libraries,
    folder: inside.postgresFolder,
    sockets: inside.sockets,
    port: inside.postgresPort,
    roles: plan.roles,
    databases: plan.databases,
    uid: inside.uid,
  };
}

function serverEnvironment(environment: Environment, pythonPath: string[], settings: Record<string, string>) {
  return {
    PATH: `${dirname(environment.python)}:/usr/local/bin:/usr/bin:/bin`,
    VIRTUAL_ENV: environment.absoluteFolder,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PYTHONUNBUFFERED: '1',
    ...(pythonPath.length ? { PYTHONPATH: pythonPath.join(':') } : {}),
    ...settings,
  };
}

function alembicFiles(facts: BackendFacts, absoluteCopy: string): string[] {
  const named = facts.settingsFiles.filter((file) => basename(file) === 'alembic.ini');
  const likely = facts.root ? `${facts.root}/alembic.ini` : 'alembic.ini';
  return [...new Set([...named, likely])].filter((file) => existsSync(join(absoluteCopy, file)));
}

/** A port that nothing listens on now: the wanted one where it is free. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? reject(new Error('no port is free')) : resolve(freePort(0))));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : wanted));
    });
  });
}
