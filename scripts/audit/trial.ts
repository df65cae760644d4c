import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Outcome, Verdict } from '../../src/types.ts';
import { type Lab, putRight } from './lab.ts';
import type { Row } from './row.ts';
import { readSources } from './sources.ts';
import type { Finding, Report, State } from './state.ts';

/** What happened to one variant. Rows that are broken in the same way share it. */
export interface Trial {
  before: State;
  after: State;
  /** The exit code of the command that puts right, or of the one that reports. */
  code: number;
  /** What the tool changed, or left to a person. */
  findings: Finding[];
  /** What an audit of the result still finds, by transform. */
  remaining: string[];
}

/** The key under which rows share a trial: broken alike, and put right alike. */
export function trialKey({ broken, by }: Row): string {
  const how = by.kind === 'repaired' || by.kind === 'run' ? 'run' : by.kind;
  return createHash('sha256')
    .update(JSON.stringify([broken, how]))
    .digest('hex')
    .slice(0, 12);
}

/** Breaks a copy of the healthy backend as the row says, and lets the built command work on it. `healthy` are the lines of its verdict. */
export function attempt(row: Row, lab: Lab, healthy: ReadonlyMap<string, Outcome>): Promise<Trial> {
  const key = trialKey(row);
  const absoluteBroken = lab.variant(`${key}-broken`, row.broken);
  const absoluteFolder = lab.variant(key, row.broken);
  const folders = { absoluteBroken, absoluteFolder };
  return row.by.kind === 'reported' ? report(row, folders, lab, healthy) : repair(row, folders, lab);
}

interface Folders {
  absoluteBroken: string;
  absoluteFolder: string;
}

async function repair({ by }: Row, folders: Folders, lab: Lab): Promise<Trial> {
  const { absoluteBroken, absoluteFolder } = folders;
  const ended = await lab.run([absoluteFolder, '--yes', '--unsafe', '--no-input']);
  const written = reportIn(absoluteFolder);
  const checks = written.verdicts[0]?.checks ?? [];
  const broken = { absoluteFolder: absoluteBroken, absoluteBroken, checks: outcomes(checks, 'before') };
  const repaired = { ...folders, checks: outcomes(checks, 'after'), report: written };
  const known = { findings: written.changes, remaining: await audited(absoluteFolder, lab) };
  if (by.kind !== 'command')
    return { before: state(broken), after: state(repaired), code: ended.code, ...known };
  const absoluteThen = `${absoluteFolder}-then`;
  cpSync(absoluteFolder, absoluteThen, { recursive: true });
  const { code } = await lab.run([...by.words, absoluteThen]);
  return {
    before: state(repaired),
    after: state({ ...repaired, absoluteFolder: absoluteThen }),
    code,
    ...known,
  };
}

async function report(
  { by, broken }: Row,
  folders: Folders,
  lab: Lab,
  healthy: State['checks'],
): Promise<Trial> {
  const { absoluteBroken, absoluteFolder } = folders;
  const words = by.kind === 'reported' ? (by.words ?? []) : [];
  const seen = await verified(absoluteBroken, lab, words);
  const audit = await lab.run([
    absoluteBroken,
    '--yes',
    '--unsafe',
    '--no-input',
    '--verify=none',
    '--format',
    'json',
  ]);
  const byAudit = by.kind === 'reported' && by.transform !== undefined;
  putRight(absoluteFolder, broken);
  return {
    before: state({ absoluteFolder: absoluteBroken, absoluteBroken, checks: seen.checks }),
    after: state({ ...folders, checks: healthy }),
    code: byAudit ? audit.code : seen.code,
    findings: JSON.parse(audit.out).projects[0].left,
    remaining: await audited(absoluteFolder, lab),
  };
}

function state(known: Omit<State, 'sources'>): State {
  return { ...known, sources: readSources(known.absoluteFolder) };
}

/** The lines of the verdict on a folder as it is, and the exit code. */
export async function verified(absoluteFolder: string, lab: Lab, words: readonly string[] = []) {
  const { code, out } = await lab.run(['verify', absoluteFolder, '--format', 'json', ...words]);
  const [verdict] = JSON.parse(out).verdicts as Verdict[];
  return { code, checks: outcomes(verdict?.checks ?? [], 'after') };
}

function outcomes(checks: readonly Check[], when: 'before' | 'after'): Map<string, Outcome> {
  return new Map(checks.map((check) => [check.id, check[when]]));
}

async function audited(absoluteFolder: string, lab: Lab): Promise<string[]> {
  const { out } = await lab.run([absoluteFolder, '--dry-run', '--unsafe', '--no-input', '--format', 'json']);
  const [project] = JSON.parse(out).projects as { changes: Finding[]; left: Finding[] }[];
  return [...(project?.changes ?? []), ...(project?.left ?? [])].map(({ transform }) => transform);
}

function reportIn(absoluteFolder: string): Report {
  const runs = join(absoluteFolder, '.fix-backend/runs');
  const [id = ''] = readdirSync(runs);
  return JSON.parse(readFileSync(join(runs, id, 'report.json'), 'utf8')) as Report;
}
