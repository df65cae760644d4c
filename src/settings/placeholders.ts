import type { Range } from './range.ts';

/** `${NAME:-` and `${NAME-`, as sh, compose, Docker and python-dotenv write a default. */
const DEFAULT = /^\$\{\w+:?-/;
const LEADING = /^\$(?:(\w+)|\{(\w+)\})/;
const REFERENCE = /^\$(?:(\w+)|\{(\w+)\})$/;

/**
 * Where the default stands in a value that is nothing but one placeholder: `b` of `${A:-b}`, and of `${A:-${B-b}}`. Undefined for
 * any other value, and for an empty default.
 */
export function defaultIn(value: string): Range | undefined {
  const start = DEFAULT.exec(value)?.[0].length;
  if (start === undefined || closingBrace(value) !== value.length - 1) return undefined;
  const inner = value.slice(start, -1);
  if (inner === '') return undefined;
  const deeper = defaultIn(inner);
  return deeper
    ? { start: start + deeper.start, end: start + deeper.end }
    : { start, end: start + inner.length };
}

/** The variable whose value a value is: `A` of `$A` and of `${A}`. */
export function referenceIn(value: string): string | undefined {
  const [, plain, braced] = REFERENCE.exec(value) ?? [];
  return plain ?? braced;
}

/** The variable that a value begins with, and what stands behind it: `A` and `://b` of `${A}://b`. */
export function leadingReference(value: string): { name: string; rest: string } | undefined {
  const [written, plain, braced] = LEADING.exec(value) ?? [];
  const name = plain ?? braced;
  return written === undefined || name === undefined
    ? undefined
    : { name, rest: value.slice(written.length) };
}

/** Where the brace is closed that a value begins with. */
function closingBrace(value: string): number {
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    if (value.startsWith('${', at)) depth++;
    if (value[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
