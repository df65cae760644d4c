import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS, CrashHarness, hasStrace } from './crash-harness.ts';

if (!hasStrace) console.warn('SKIPPED: the crash tests need strace (apt-get install strace).');

/** A few of many, the first and the last among them. The soak test (`npm run soak`) takes all. */
function few(points: number[], count: number): number[] {
  const step = Math.max(1, (points.length - 1) / (count - 1));
  return [...new Set(Array.from({ length: count }, (_, index) => points[Math.round(index * step)]))].filter(
    (point) => point !== undefined,
  );
}

describe.skipIf(!hasStrace)('a crash', { timeout: 120_000 }, () => {
  let harness: CrashHarness;
  beforeAll(() => {
    harness = new CrashHarness();
  });
  afterAll(() => harness.remove());

  it.each(CALLS)('kill -9 at %s during apply leaves all old or all new', async (call) => {
    const seen = new Set<string>();
    for (const point of few(harness.points('old', 'apply', call), 5)) {
      harness.inject('old', 'apply', `${call}:signal=KILL:when=${point}`);
      seen.add(await harness.outcome());
    }
    expect([...seen].filter((outcome) => outcome !== 'old' && outcome !== 'new')).toEqual([]);
  });

  it('kill -9 at rename during undo leaves all old or all new', async () => {
    for (const point of harness.points('applied', 'undo', 'rename')) {
      harness.inject('applied', 'undo', `rename:signal=KILL:when=${point}`);
      expect(await harness.outcome()).toMatch(/^(old|new)$/);
    }
  });

  it('a second kill -9 during recovery loses nothing', async () => {
    const renames = harness.points('old', 'apply', 'rename');
    harness.inject('old', 'apply', `rename:signal=KILL:when=${renames.at(-2)}`);
    harness.save('broken');
    for (const point of harness.points('broken', 'recover', 'rename')) {
      harness.inject('broken', 'recover', `rename:signal=KILL:when=${point}`);
      expect(await harness.outcome()).toBe('old');
    }
  });

  it.each([
    ['EIO', 'fsync'],
    ['ENOSPC', 'write'],
    ['EACCES', 'rename'],
    ['EROFS', 'mkdir'],
    ['EMFILE', 'openat'],
  ])('%s at %s: exit 3, a file is named, the tree is as it was at once', async (error, call) => {
    for (const point of few(harness.points('old', 'apply', call), 5)) {
      const { status, stderr } = harness.inject('old', 'apply', `${call}:error=${error}:when=${point}`);
      const outcome = await harness.outcome();
      expect(status === 0 ? 'new' : 'old').toBe(outcome);
      if (status === 0) continue;
      expect(status, stderr).toBe(3);
      expect(stderr).toContain(`(${error})`);
    }
  });

  it('a disk that stays full is said, and the next command puts everything back', async () => {
    for (const point of few(harness.points('old', 'apply', 'rename'), 4)) {
      const { status } = harness.inject('old', 'apply', `rename:error=ENOSPC:when=${point}+`);
      expect(status).toBe(3);
      expect(await harness.outcome()).toBe('old');
    }
  });
});
