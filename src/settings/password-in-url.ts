import type { Range } from './range.ts';

/** Behind the last `@`: a host, perhaps a port, a database and a query. */
const TAIL = /^(\[[^\]\s]+\]|[\w.-]+)(:\d+)?(\/[^@\s]*)?$/;

/**
 * The password of an address that holds an `@` of its own, which SQLAlchemy takes for the end of the user: where it stands in
 * the text, and how it is written with its special characters encoded. Undefined where the address is right, or where it is not
 * certain which `@` is meant. `p%40ss` counts as encoded already.
 */
export function unencodedPassword(text: string): (Range & { encoded: string }) | undefined {
  const scheme = /^[\w+]+:\/\//.exec(text)?.[0];
  if (scheme === undefined) return undefined;
  const at = text.lastIndexOf('@');
  const colon = text.indexOf(':', scheme.length);
  const password = text.slice(colon + 1, at);
  if (colon < 0 || at < colon || !password.includes('@') || /[{}$\s]/.test(password)) return undefined;
  if (!TAIL.test(text.slice(at + 1)) || text.slice(scheme.length, colon).includes('/')) return undefined;
  return { start: colon + 1, end: at, encoded: password.replace(/[@/#?]/g, encodeURIComponent) };
}
