import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LeakLab, randomFrom } from './leak-lab.ts';

/** Two minutes on two cores that have nothing else to do. */
const LONG = 900_000;
const VERIFICATIONS = 20;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGKILL'] as const;
let lab: LeakLab;
let seconds = 10;

beforeAll(async () => {
  lab = await LeakLab.open();
});

afterAll(() => lab.remove());

/** All of them, two at a time. */
async function inPairs(works: (() => Promise<void>)[]): Promise<void> {
  const worker = async () => {
    for (let work = works.shift(); work; work = works.shift()) await work();
  };
  await Promise.all([worker(), worker()]);
}

describe('nothing is left', () => {
  test(`after ${VERIFICATIONS} verifications, with a box and without`, { timeout: LONG }, async () => {
    await lab.verify();
    await inPairs(
      Array.from({ length: VERIFICATIONS - 1 }, (_, at) => async () => {
        const end = await lab.verify(at % 5 === 0 ? ['--no-sandbox'] : []);
        expect(end.said).toContain('"result": "fixed"');
        expect(end.code).toBe(0);
        seconds = end.seconds;
      }),
    );
    expect(await lab.processes()).toEqual([]);
    expect(lab.folders()).toEqual([]);
  });

  test('after 10 kills at any moment, but a folder that the next run takes away', {
    timeout: LONG,
  }, async () => {
    const random = randomFrom(20_261_125);
    for (const round of [0, 1]) {
      await inPairs(
        SIGNALS.map((signal, at) => async () => {
          const after = 200 + random() * 1000 * seconds;
          const end = await lab.verify(at === 4 && round ? ['--no-sandbox'] : [], { signal, after });
          const killed = [`${signal} after ${Math.round(after)} ms`, end.signal ?? end.code];
          expect([signal, 130, 143, 0], killed.join(': ')).toContain(end.signal ?? end.code);
        }),
      );
      expect(await lab.processes()).toEqual([]);
    }
    await lab.verify();
    expect(await lab.processes()).toEqual([]);
    expect(lab.folders()).toEqual([]);
  });
});

test('nothing is left where it is ended while it installs its own tools', { timeout: LONG }, async () => {
  for (const after of [800, 1300, 1800, 2300]) {
    await lab.verify([], { signal: 'SIGINT', after }, 'first');
    expect(await lab.processes()).toEqual([]);
    expect(lab.folders()).toEqual([]);
  }
});

describe('without a box an installer', () => {
  test('ends with the program that started it', { timeout: LONG }, async () => {
    const word = `5${Math.floor(Math.random() * 1e8)}`;
    const installer = join(import.meta.dirname, '../../src/verify/installer.ts');
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const maker = {
      python: { executable: python.trim(), prefixes: [] },
      absoluteCache: '/',
      hidden: [],
      limit: 60_000,
    };
    const program = `import { execute } from ${JSON.stringify(installer)};
await execute(['sleep', '${word}'], ${JSON.stringify(maker)}, { writable: [], network: false, downloads: '/tmp' });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: 'ignore',
    });
    const sleeping = () =>
      execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`\nsleep ${word}\n`);
    await expect.poll(sleeping, { timeout: 60_000 }).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(sleeping, { timeout: 20_000 }).toBe(false);
  });
});
