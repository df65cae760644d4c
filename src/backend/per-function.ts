import { enclosing, type Node } from '../languages/python/tree.ts';
import type { Draft } from '../transform.ts';
import type { Edit } from '../types.ts';

/** Where a node stands, by name: `Repository.find`, `main`, or `module`. It outlives moved lines. */
export function functionAt(node: Node): string {
  const names: string[] = [];
  for (let at: Node | undefined = node; at; ) {
    const definition: Node | undefined = enclosing(at, 'function_definition', 'class_definition');
    const name = definition?.childForFieldName('name')?.text;
    if (name) names.unshift(name);
    at = definition?.parent ?? undefined;
  }
  return names.length > 0 ? names.join('.') : 'module';
}

/**
 * Makes one finding of all that say the same of one function, so that a person is asked once and a refusal holds for all of
 * them. Findings with edits and without stay apart. Edits that would meet wait for the next pass.
 */
export function onePerFunction(drafts: readonly Draft[]): Draft[] {
  const groups = new Map<string, Draft & { edits: Edit[]; more: number }>();
  for (const draft of drafts) {
    const edits = draft.edits ?? [];
    const key = JSON.stringify([draft.subject, draft.safety ?? '', edits.length > 0]);
    const group = groups.get(key);
    if (!group) groups.set(key, { ...draft, edits, more: 0 });
    else if (edits.every((edit) => fits(edit, group.edits))) {
      group.edits = [...group.edits, ...edits.filter((edit) => !isAmong(edit, group.edits))];
      group.more += 1;
    }
  }
  return [...groups.values()].map(({ edits, more, ...draft }) => ({
    ...draft,
    ...(edits.length > 0 ? { edits } : { subject: `${draft.subject}, by hand` }),
    message:
      more > 0
        ? `${draft.message} ${more} more of them stand${more > 1 ? '' : 's'} in the same function.`
        : draft.message,
  }));
}

function fits(edit: Edit, others: readonly Edit[]): boolean {
  return others.every(
    (other) =>
      isAmong(edit, [other]) ||
      other.file !== edit.file ||
      edit.end <= other.start ||
      other.end <= edit.start,
  );
}

/** The same import is needed once. */
function isAmong(edit: Edit, others: readonly Edit[]): boolean {
  return others.some(
    ({ file, start, end, text }) =>
      file === edit.file && start === edit.start && end === edit.end && text === edit.text,
  );
}
