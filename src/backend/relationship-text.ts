const NAME = String.raw`[A-Za-z_][\w.]*`;
const SHAPES: [like: RegExp, write: (parts: string[]) => { text: string; optional: boolean }][] = [
  [new RegExp(`^(${NAME})$`), ([name]) => ({ text: `"${name}"`, optional: false })],
  [
    new RegExp(`^(${NAME})\\s*\\[\\s*(${NAME})\\s*\\]$`),
    ([outer, name]) => ({ text: `${outer}["${name}"]`, optional: false }),
  ],
  [new RegExp(`^(${NAME})\\s*\\|\\s*None$`), ([name]) => ({ text: `Optional["${name}"]`, optional: true })],
  [new RegExp(`^None\\s*\\|\\s*(${NAME})$`), ([name]) => ({ text: `Optional["${name}"]`, optional: true })],
];

/**
 * The annotation of a relationship, given as one string such as `list[Hero]` or `Team | None`, with quotes around its class alone, which
 * is what SQLModel hands to SQLAlchemy. `optional` says that it needs typing's Optional. Undefined for any other shape.
 */
export function relationshipText(written: string): { text: string; optional: boolean } | undefined {
  for (const [like, write] of SHAPES) {
    const found = like.exec(written.trim());
    if (found) return write(found.slice(1));
  }
  return undefined;
}
