import type { Backend } from '../backend/backend.ts';
import { whyOlder } from '../backend/older-releases.ts';
import { whySkipped } from '../backend/skipped.ts';
import { position } from '../files/source-file.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import type { Draft, Releases } from '../transform.ts';
import type { Edit, Finding, Safety } from '../types.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Makes a finding of what a transform returned. Edits that change nothing are dropped; what is left without edits
 * can only be reported. Returns undefined where only empty edits were proposed, since then nothing is wrong.
 */
export function toFinding(draft: Draft, loaded: LoadedTransform, backend: Backend): Finding | undefined {
  const { id, transform } = loaded;
  const proposed = draft.edits ?? [];
  const edits = proposed.filter((edit) => changesSomething(edit, backend.workspace));
  if (proposed.length > 0 && edits.length === 0) return undefined;
  const byPerson = whyByHand(edits, backend);
  const declared = safetyOf(draft.safety ?? transform.safety, edits);
  const older = declared === 'safe' && breaksOlder(backend, draft.runsFrom ?? transform.runsFrom);
  const safety = byPerson ? 'report' : older || declared;
  const text = backend.workspace.read(draft.at.file)?.text ?? '';
  return {
    key: `${id}:${draft.at.file}:${draft.subject}`,
    transform: id,
    title: transform.title,
    why: transform.why,
    docs: transform.docs,
    message: draft.message,
    safety,
    place: { file: draft.at.file, start: draft.at.start, end: draft.at.end },
    ...position(text, draft.at.start),
    edits: repairs(safety) ? edits : [],
    provides: scoped(draft.provides, backend),
    needs: scoped(draft.needs, backend),
    ...nextStep(byPerson ? { ...draft, next: byPerson } : draft, safety, id),
    tasks: transform.tasks ?? [],
    secret: draft.secret ?? false,
  };
}

/** The parser did not understand the place, or the file does not parse at all: what stands there is not ours to edit. */
function isUnclear(edit: Edit, backend: Backend): boolean {
  const document = edit.file.endsWith('.py') ? backend.pythonDocument(edit.file) : undefined;
  return (
    document !== undefined && (document.problem !== undefined || document.isDamaged(edit.start, edit.end))
  );
}

/** What a person does where one of the edits is not ours to make. */
function whyByHand(edits: readonly Edit[], backend: Backend): string | undefined {
  for (const edit of edits) {
    const { file } = edit;
    if (isUnclear(edit, backend))
      return `Make the change in ${file} by hand: what stands at its place could not be read for certain.`;
    const why = whySkipped(backend, file);
    if (why) return `${file} needs the same change, and is not changed here. ${why}`;
  }
  return undefined;
}

function repairs(safety: Safety): boolean {
  return safety === 'safe' || typeof safety === 'object';
}

function safetyOf(declared: Safety, edits: Edit[]): Safety {
  return repairs(declared) && edits.length === 0 ? 'report' : declared;
}

/** A safe repair is right on every release that the backend may run with. */
function breaksOlder(backend: Backend, releases: Releases = {}): Safety | undefined {
  for (const [name, version] of Object.entries(releases)) {
    const why = whyOlder(backend, name, version);
    if (why) return { unsafe: `the new code needs ${name} ${version}, and ${why}` };
  }
  return undefined;
}

function changesSomething(edit: Edit, workspace: Workspace): boolean {
  const text = workspace.read(edit.file)?.text;
  return text === undefined || text.slice(edit.start, edit.end) !== edit.text;
}

/** Two backends of one repository do not serve each other's needs. */
function scoped(names: string[] | undefined, backend: Backend): string[] {
  const { root } = backend.facts;
  return (names ?? []).map((name) => (root === '' || root === '.' ? name : `${root}#${name}`));
}

function nextStep(draft: Draft, safety: Safety, id: string): { next?: string } {
  if (draft.next !== undefined) return { next: draft.next };
  return safety === 'report' ? { next: `fix-backend explain ${id}` } : {};
}
