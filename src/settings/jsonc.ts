const COMMENT = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const TRAILING_COMMA = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;

/** Reads JSON with comments and trailing commas, as in tsconfig.json and bun.lock. Undefined where it is none. */
export function readJsonc(text: string): unknown {
  const json = text
    .replace(/^\ufeff/, '')
    .replace(COMMENT, '$1')
    .replace(TRAILING_COMMA, '$1');
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The value where it is an object; an empty one else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The entries of an object whose values are strings. */
export function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
