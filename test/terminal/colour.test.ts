import { expect, test } from 'vitest';
import { showsUnicode, wantsColour } from '../../src/terminal/colour.ts';

const TERMINAL = { isTTY: true };
const PIPE = {};

test.each([
  ['a terminal', 'auto', {}, TERMINAL, true],
  ['a pipe', 'auto', {}, PIPE, false],
  ['--color=always into a pipe', 'always', { NO_COLOR: '1' }, PIPE, true],
  ['--color=never', 'never', { FORCE_COLOR: '1' }, TERMINAL, false],
  ['NO_COLOR', 'auto', { NO_COLOR: '1' }, TERMINAL, false],
  ['an empty NO_COLOR', 'auto', { NO_COLOR: '' }, TERMINAL, true],
  ['NO_COLOR before FORCE_COLOR', 'auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, TERMINAL, false],
  ['FORCE_COLOR', 'auto', { FORCE_COLOR: '1' }, PIPE, true],
  ['an empty FORCE_COLOR', 'auto', { FORCE_COLOR: '' }, PIPE, true],
  ['FORCE_COLOR=0', 'auto', { FORCE_COLOR: '0' }, TERMINAL, false],
  ['FORCE_COLOR=false', 'auto', { FORCE_COLOR: 'false' }, TERMINAL, false],
  ['TERM=dumb', 'auto', { TERM: 'dumb' }, TERMINAL, false],
  ['CI in a pipe', 'auto', { CI: '1' }, PIPE, false],
  ['CI in a terminal', 'auto', { CI: '1' }, TERMINAL, true],
] as const)('%s', (_, choice, env, stream, coloured) => {
  expect(wantsColour(choice, env, stream)).toBe(coloured);
});

test.each([
  [{}, true],
  [{ LANG: 'en_GB.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{ LC_ALL: 'C', LANG: 'C.UTF-8' }, false],
])('%j', (env, unicode) => {
  expect(showsUnicode(env)).toBe(unicode);
});
