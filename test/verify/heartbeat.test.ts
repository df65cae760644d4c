import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StatusLine } from '../../src/terminal/status-line.ts';
import { heartbeat } from '../../src/verify/heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a long step', () => {
  test('is said again every ten seconds, its seconds first', () => {
    const said: string[] = [];
    const beat = heartbeat((text) => said.push(text));
    beat.say('installing');
    vi.advanceTimersByTime(25_000);
    beat.say('starting');
    vi.advanceTimersByTime(9_000);
    beat.stop();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual(['installing', '10 s  installing', '20 s  installing', 'starting']);
  });
});

describe('the status line', () => {
  function written(live: boolean, columns: number) {
    const out: string[] = [];
    return { out, line: new StatusLine({ columns, write: (text) => out.push(text) }, live) };
  }

  test('many short steps do not go by in silence, in a log either', () => {
    const { out, line } = written(false, 80);
    for (let second = 0; second < 30; second += 0.5) {
      line.show(`GET /route-${second}`);
      vi.advanceTimersByTime(500);
    }
    line.clear();
    expect(out).toHaveLength(2);
    expect(out[0]).toMatch(/^ {2}GET \/route-\d/);
  });

  test('in a narrow terminal the seconds are still seen to change', () => {
    const { out, line } = written(true, 24);
    line.show('verify  before: installing requirements.txt');
    vi.advanceTimersByTime(1500);
    line.show('verify  10 s  before: installing requirements.txt');
    line.show('verify  20 s  before: installing requirements.txt');
    line.clear();
    const texts = out.map((one) => one.replace('\r\x1b[K', ''));
    expect(texts).toEqual([
      'verify  before: install',
      'verify  10 s  before: i',
      'verify  20 s  before: i',
      '',
    ]);
    for (const text of texts) expect(text.length).toBeLessThan(24);
  });
});
