import { paint } from '../terminal/paint.ts';
import type { BackendFacts, Finding, Left, Plan, Problem, Skipped } from '../types.ts';
import { findingText } from './finding-text.ts';
import { count, indented, type Layout } from './layout.ts';
import type { FindingView } from './view.ts';

/** The plan as text: the backends, every step with its diff, and, where `remainder` says so, what is left. */
export function planText(
  plan: Plan,
  views: readonly FindingView[],
  layout: Layout & { remainder: boolean },
): string {
  return [
    ...plan.backends.map((facts) => backendText(facts, layout)),
    ...views.map((view) => findingText(view, layout)),
    ...(layout.remainder ? [remainderText(plan, layout)] : []),
  ].join('\n');
}

const LIBRARIES: [string, string][] = [
  ['fastapi', 'FastAPI'],
  ['starlette', 'Starlette'],
  ['sqlmodel', 'SQLModel'],
  ['sqlalchemy', 'SQLAlchemy'],
  ['mongoose', 'Mongoose'],
  ['typeorm', 'TypeORM'],
];
const DATABASES: Record<string, string> = {
  postgresql: 'PostgreSQL',
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
  sqlite: 'SQLite',
  mongodb: 'MongoDB',
};

/** `todo-api   FastAPI >=0.110 · SQLAlchemy >=2.0 · PostgreSQL · meant: async (AsyncSession)` */
export function backendText(facts: BackendFacts, { width, symbols }: Layout): string {
  const libraries = LIBRARIES.filter(([name]) => facts.requires[name] !== undefined).map(([name, shown]) =>
    `${shown} ${facts.requires[name]}`.trimEnd(),
  );
  const known = facts.framework?.toLowerCase();
  const framework = facts.framework && !libraries.some((text) => text.toLowerCase().startsWith(known ?? ''));
  const databases = [...new Set(facts.addresses.map(({ dialect }) => DATABASES[dialect] ?? dialect))];
  const because = facts.modeBecause.length > 0 ? ` (${facts.modeBecause.slice(0, 3).join(', ')})` : '';
  const mode = facts.mode === 'unknown' ? [] : [`meant: ${facts.mode}${because}`];
  const parts = [...(framework ? [facts.framework ?? ''] : []), ...libraries, ...databases, ...mode];
  const lines = indented(parts.join(` ${symbols.dot} `), 11, width);
  const place = facts.root === '' || facts.root === '.' ? '' : ` in ${facts.root}`;
  lines.push(`${' '.repeat(11)}${paint('dim', `${count(facts.files.length, 'file')} read${place}`)}`);
  const name = facts.name.length < 9 ? facts.name.padEnd(11) : `${facts.name}\n${' '.repeat(11)}`;
  return `${paint('bold', facts.name)}${name.slice(facts.name.length)}${lines.join('\n').trimStart()}\n`;
}

/** What is not applied and why, what is worth knowing, and what could not be looked at. */
export function remainderText(plan: Plan, layout: Layout): string {
  const lines = leftLines(layout, plan.left);
  const reports = plan.left.filter(({ reason }) => reason === 'report');
  const others = plan.left.filter(({ reason }) => reason !== 'report' && reason !== 'skipped');
  return [
    ...section('Left for you', reports.map(lines), layout),
    ...section('Not taken', others.map(lines), layout),
    ...section(
      'Worth knowing',
      plan.notes.map((note) => [place(note), note.message]),
      layout,
    ),
    ...section('Could not be looked at', plan.problems.map(problemLines), layout),
    ...skippedSection(plan.skipped, layout),
  ].join('\n');
}

/** How many are named: a committed build has thousands. */
const NAMED = 5;

function skippedSection(skipped: readonly Skipped[], layout: Layout): string[] {
  const named = skipped.slice(0, NAMED).map(({ file, why }) => [file, why]);
  const rest = skipped.length - named.length;
  const more = rest > 0 ? [[`and ${rest} more`, 'All of them: --format=json']] : [];
  return section('Skipped', [...named, ...more], layout, skipped.length);
}

function section(title: string, entries: string[][], layout: Layout, total = entries.length): string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap(([head, ...rest]) => [
    `  ${paint('bold', head ?? '')}`,
    ...rest.flatMap((text) => indented(text, 4, layout.width)),
  ]);
  return [`${paint('bold', `${title}: ${total}`)}`, ...lines, ''];
}

const REASONS: Record<Exclude<Left['reason'], 'report' | 'falls' | 'unsafe'>, string> = {
  refused: 'refused',
  skipped: 'left out by --only or --skip',
  'broke-syntax': 'put back, since the file no longer parsed with it',
  'not-editable': 'left out, since a file that it changes may not be written',
  overlap: 'left out, since it did not come to an end',
};

/** Why a finding is left, as half a sentence. */
export function reasonText(left: Left, all: readonly Left[]): string {
  const { reason, finding } = left;
  if (reason === 'report') return 'only a person can decide this';
  if (reason === 'unsafe') {
    return `unsafe: ${typeof finding.safety === 'object' ? finding.safety.unsafe : ''} (--unsafe takes it)`;
  }
  if (reason !== 'falls') return REASONS[reason];
  const cause = all.find(({ finding: other }) => other.key === left.because)?.finding;
  return `it needs what is not taken: ${cause ? `${cause.title} (${cause.transform})` : left.because}`;
}

function leftLines({ symbols }: Layout, all: readonly Left[]): (left: Left) => string[] {
  return (left) => {
    const { finding, reason } = left;
    const next = finding.next ? [`${symbols.arrow} ${finding.next}`] : [];
    if (reason === 'report') return [place(finding), finding.message, ...next];
    return [`${place(finding)}  ${finding.title}`, reasonText(left, all), ...next];
  };
}

function problemLines(problem: Problem): string[] {
  const at = [problem.file || '.', problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  return [at, problem.message, problem.next];
}

export function place(finding: Finding): string {
  return `${finding.place.file}:${finding.line}`;
}
