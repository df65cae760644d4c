import { FixBackendError } from '../types.ts';

/** Does a pattern (an id, its last part, its beginning, or a glob such as `python/*`) mean this id? */
export function matchesId(pattern: string, id: string): boolean {
  if (!/[*?]/.test(pattern)) return id.startsWith(pattern) || id.endsWith(`/${pattern}`);
  const source = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`).test(id);
}

/** Throws, with the nearest known id, where a pattern means no transform. */
export function checkPatterns(option: string, patterns: readonly string[], ids: readonly string[]): void {
  for (const pattern of patterns) {
    if (pattern !== '' && ids.some((id) => matchesId(pattern, id))) continue;
    const near = nearest(pattern, ids);
    throw new FixBackendError(`${option} ${pattern}: there is no such transform.`, {
      next: near
        ? `Did you mean:  fix-backend ${option} ${near}`
        : 'See the known ones:  fix-backend explain',
      exitCode: 2,
    });
  }
}

/** The known word that takes the fewest changed letters; undefined where even that is far away. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const last = (id: string) => id.slice(id.lastIndexOf('/') + 1);
  const scored = known.map((id) => ({
    id,
    cost: Math.min(distance(word, id), word.includes('/') ? Infinity : distance(word, last(id))),
  }));
  const best = scored.sort((a, b) => a.cost - b.cost)[0];
  return best && best.cost <= Math.max(2, word.length / 3) ? best.id : undefined;
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
