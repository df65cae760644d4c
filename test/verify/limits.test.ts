import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { amountsOf, inSeconds, LIMITS } from '../../src/verify/limits.ts';

test('the manual names every limit with its value', () => {
  const manual = readFileSync(new URL('../../docs/verification-how.md', import.meta.url), 'utf8');
  const row = (name: string) => new RegExp(`^\\| ${name} \\| ([^|]*) \\|`, 'm').exec(manual)?.[1] ?? 'no row';
  for (const [name, seconds] of Object.entries(inSeconds(LIMITS)))
    expect([name, row(name)]).toEqual([name, `${seconds} s`]);
  for (const [name, amount] of Object.entries(amountsOf(LIMITS))) {
    const shown = amount >= 1024 ** 3 ? `${amount / 1024 ** 3} GB` : String(amount);
    expect(row(name).split(',')[0], name).toBe(shown);
  }
});
