import { beforeAll, expect, test } from 'vitest';
import { loadPython } from '../../src/languages/python/tree.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { ask } from '../../src/stages/ask.ts';
import { plan } from '../../src/stages/plan.ts';
import { Terminal } from '../../src/terminal/terminal.ts';
import { EVERYTHING, replacing, tools, workspaceOf } from './planning.ts';

beforeAll(loadPython);

const WORDS = { 'a.txt': 'one two three four\n' };
const engine = replacing('settings/engine', 'a.txt', 'one', '1', { needs: ['driver'] });
const driver = replacing('settings/driver', 'a.txt', 'two', '2', { provides: ['driver'] });
const pool = replacing('settings/pool', 'a.txt', 'three', '3', {
  safety: { unsafe: 'x' },
  provides: ['pool'],
});
const size = replacing('settings/size', 'a.txt', 'four', '4', { needs: ['pool'] });

/** Asks with the answers given; returns the ids that were taken, and what was printed. */
async function asked(transforms: LoadedTransform[], answers: string, files: Record<string, string> = WORDS) {
  const workspace = workspaceOf(files);
  const printed: string[] = [];
  const stream = { write: (chunk: string | Uint8Array) => printed.push(String(chunk)) };
  const terminal = new Terminal(
    { stdout: stream, stderr: stream },
    {},
    { colour: 'never', showSecrets: false },
  );
  const left = [...answers];
  const initials: string[] = [];
  const result = await ask({
    workspace,
    terminal,
    replan: (choice) => plan(workspace, { ...EVERYTHING, ...choice }, tools(transforms)),
    question: async (_, __, { initial }) => {
      initials.push(initial);
      const letter = left.shift();
      if (letter === undefined) throw new Error('more questions than answers');
      return letter;
    },
  });
  return {
    taken: result?.steps.map(({ finding }) => finding.transform.replace('settings/', '')),
    unanswered: left.length,
    initials,
    printed: printed.join(''),
  };
}

test('nothing to ask about: the plan as it is', async () => {
  expect(await asked([], '')).toMatchObject({ taken: [], initials: [] });
});

test('what falls with a refused one is not asked about', async () => {
  expect(await asked([engine, driver], 'yny')).toMatchObject({ taken: [], unanswered: 0 });
});

test('refusing what needs another leaves the other', async () => {
  expect(await asked([engine, driver], 'ny')).toMatchObject({ taken: ['driver'] });
});

test('a safe one that needs an unsafe one comes up when that is taken, and is asked about', async () => {
  const { taken, initials } = await asked([pool, size], 'yy');
  expect(taken).toEqual(['pool', 'size']);
  expect(initials).toEqual(['n', 'y']);
});

test('what an unsafe one brings up after `a` is taken, and named', async () => {
  const { taken, printed } = await asked([engine, driver, pool, size], 'ay');
  expect(taken).toEqual(['engine', 'driver', 'pool', 'size']);
  expect(printed).toContain('Taken with it: 1 other\n       Repair settings/size  a.txt:1\n');
});

test('it does not come up when the unsafe one is refused', async () => {
  expect(await asked([pool, size], 'n')).toMatchObject({ taken: [], unanswered: 0 });
});

test('taking back a refusal brings up what had fallen', async () => {
  expect(await asked([engine, driver], 'ynuy')).toMatchObject({ taken: ['engine', 'driver'], unanswered: 0 });
});

test('taking back `a` asks about each again', async () => {
  expect(await asked([engine, driver, pool], 'aunyn')).toMatchObject({ taken: ['driver'], unanswered: 0 });
});

test('`d` refuses what its refusals bring up as well', async () => {
  const other = replacing('settings/other', 'a.txt', 'ONE', '1');
  const upper = replacing('settings/upper', 'a.txt', 'one', 'ONE');
  expect(await asked([upper, other, driver], 'd')).toMatchObject({ taken: [], unanswered: 0 });
});

test('`a` takes what a later pass brings up, and names all that it took', async () => {
  const upper = replacing('settings/upper', 'a.txt', 'one', 'ONE');
  const other = replacing('settings/other', 'a.txt', 'ONE', '1');
  const { taken, printed } = await asked([upper, other, driver], 'a');
  expect(taken).toEqual(['upper', 'driver', 'other']);
  expect(printed).toContain('Taken with it: 2 others\n       Repair settings/driver  a.txt:1\n');
});

test('the same finding in a later pass is not asked about twice', async () => {
  expect(await asked([engine], 'y', { 'a.txt': 'one one\n' })).toMatchObject({ taken: ['engine', 'engine'] });
});

test('q gives up the plan', async () => {
  expect((await asked([engine, driver], 'yq')).taken).toBeUndefined();
});
