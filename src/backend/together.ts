import type { Draft } from '../transform.ts';

/** Findings of one subject made one, at the first of their places: several calls of a method in one function are accepted together. */
export function together(drafts: readonly Draft[]): Draft[] {
  const bySubject = new Map<string, Draft>();
  for (const draft of drafts) {
    const first = bySubject.get(draft.subject);
    if (!first) bySubject.set(draft.subject, draft);
    else
      bySubject.set(draft.subject, {
        ...first,
        ...(typeof draft.safety === 'object' && { safety: draft.safety }),
        ...((first.edits || draft.edits) && { edits: [...(first.edits ?? []), ...(draft.edits ?? [])] }),
      });
  }
  return [...bySubject.values()];
}
