import { redact } from '../redact.ts';
import type { Finding, Plan } from '../types.ts';
import { reasonText } from './plan-text.ts';
import { type FileView, type FindingView, safetyWord } from './view.ts';

/** Raised when a key changes its meaning or goes; new keys may come at any time. */
export const SCHEMA_VERSION = 1;

/** One project of the JSON output. Every text in it is redacted by `asJson`. */
export function planJson(plan: Plan, views: readonly FindingView[]): object {
  return {
    root: plan.absoluteRoot,
    backends: plan.backends.map(backendJson),
    changes: views.map((view) => ({ ...findingJson(view.finding), files: view.files.map(fileJson) })),
    left: plan.left.map((left) => ({
      ...findingJson(left.finding),
      reason: left.reason,
      because: left.because ?? null,
      explanation: reasonText(left, plan.left),
    })),
    notes: plan.notes.map(findingJson),
    problems: plan.problems,
    skipped: plan.skipped,
    files: plan.changes.map(({ path, before, after }) => ({ path, before, after })),
    converged: plan.converged,
  };
}

function findingJson(finding: Finding): object {
  return {
    key: finding.key,
    transform: finding.transform,
    title: finding.title,
    message: finding.message,
    why: finding.why,
    docs: finding.docs,
    safety: safetyWord(finding.safety),
    mayChange: typeof finding.safety === 'object' ? finding.safety.unsafe : null,
    file: finding.place.file,
    line: finding.line,
    column: finding.column,
    next: finding.next ?? null,
    tasks: finding.tasks,
  };
}

/** The object as text, each string in it redacted by itself, so that the JSON stays valid. */
export function asJson(value: object, showSecrets: boolean): string {
  if (!showSecrets) return redacted(value);
  return `${escapeInvisible(JSON.stringify(value, undefined, 2))}\n`;
}

export function redacted(value: object): string {
  const clean = (_: string, inner: unknown) => (typeof inner === 'string' ? redact(inner) : inner);
  return `${escapeInvisible(JSON.stringify(value, clean, 2))}\n`;
}

/** JSON.stringify leaves the C1 controls and the letters that reorder or hide text as they are. */
function escapeInvisible(json: string): string {
  const code = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, code);
}

function backendJson(facts: Plan['backends'][number]): object {
  const { name, root, language, framework, mode, modeBecause, entry, requires } = facts;
  return {
    name,
    root,
    language,
    framework: framework ?? null,
    mode,
    modeBecause,
    entry: entry ?? null,
    requires,
  };
}

function fileJson({ path, created, hidden, hunks }: FileView): object {
  const diff = hunks.flatMap(({ header, lines }) => [header, ...lines.map(({ kind, text }) => kind + text)]);
  return { path, created, hidden, diff: diff.join('\n') };
}
