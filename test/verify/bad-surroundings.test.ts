import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FixBackendError } from '../../src/types.ts';
import { cacheFolder } from '../../src/verify/cache.ts';
import { findPython } from '../../src/verify/python.ts';
import { findTool } from '../../src/verify/tools.ts';
import { tried } from './tiny.ts';

const LONG = 120_000;
/** Nothing listens there; nothing ever will. */
const CLOSED = 'http://127.0.0.1:9/simple';
let folder = '';
let kept: NodeJS.ProcessEnv = {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bad-surroundings-'));
  kept = { ...process.env };
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
  Object.assign(process.env, kept);
  rmSync(folder, { recursive: true, force: true });
});

/** No index can be reached, whichever installer asks, and nothing lies on the disk instead. */
function withoutIndex(): void {
  for (const name of Object.keys(process.env)) if (/^(PIP|UV)_/.test(name)) delete process.env[name];
  Object.assign(process.env, {
    UV_DEFAULT_INDEX: CLOSED,
    PIP_INDEX_URL: CLOSED,
    PIP_CONFIG_FILE: '/dev/null',
    UV_NO_CONFIG: '1',
    PIP_RETRIES: '0',
    UV_HTTP_RETRIES: '0',
  });
}

/** The tools of this machine's own cache in one of ours, so that nothing but packages has to be installed. */
async function cacheWithTools(): Promise<string> {
  const python = await findPython(undefined, undefined, process.env.PATH);
  if ('reason' in python) throw new Error(python.reason);
  const own = cacheFolder(process.env);
  for (const name of ['uv', 'bwrap'] as const) await findTool(name, python, own);
  if (existsSync(join(own, 'tools'))) execFileSync('cp', ['-r', join(own, 'tools'), join(folder, 'tools')]);
  return folder;
}

const ONLY_PACKAGES = { addresses: [], dependencies: [], metadata: [], modelModules: [], files: [] };

describe('an index that cannot be reached', () => {
  test('is no defect of the requirements: nothing passes, nothing fails', { timeout: LONG }, async () => {
    const absoluteCache = await cacheWithTools();
    withoutIndex();
    const { check, verdict } = await tried(
      undefined,
      { 'requirements.txt': 'six\n' },
      { facts: ONLY_PACKAGES, options: { level: 'import', absoluteCache } },
    );
    expect(check('install').after.status).toBe('unknown');
    expect(check('install').after.evidence).toMatch(
      /^could not be checked: the package index could not be reached: .*127\.0\.0\.1:9/,
    );
    expect(verdict.result).toBe('unchecked');
  });

  test('the environment of the same list serves, however old, and its day is told', {
    timeout: LONG,
  }, async () => {
    const absoluteCache = await cacheWithTools();
    const options = { level: 'import', absoluteCache } as const;
    const files = { 'requirements.txt': 'six\n' };
    const first = await tried(undefined, files, { facts: ONLY_PACKAGES, options });
    expect(first.check('install').after.evidence).toMatch(/installs: \d+ packages with (uv|pip)$/);
    const environments = join(absoluteCache, 'packages', 'environments');
    const old = new Date(Date.now() - 3 * 24 * 3600_000);
    for (const name of readdirSync(environments).filter((one) => one.endsWith('.json')))
      utimesSync(join(environments, name), old, old);
    withoutIndex();
    const { check } = await tried(undefined, files, { facts: ONLY_PACKAGES, options });
    expect(check('install').after.evidence).toMatch(
      /packages with (uv|pip); as of \d{4}-\d\d-\d\d, because the package index cannot be reached now$/,
    );
    expect(readdirSync(environments).filter((one) => !one.endsWith('.json'))).toHaveLength(1);
  });
});

describe('no box', () => {
  test('none here and none to be installed: nothing of a stranger runs, and it says what to type', {
    timeout: LONG,
  }, async () => {
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    withoutIndex();
    process.env.PATH = join(folder, 'nothing');
    const absoluteCache = join(folder, 'cache');
    const { check, verdict } = await tried(
      undefined,
      {},
      { options: { python: python.trim(), absoluteCache } },
    );
    expect(check('server').after.evidence).toMatch(
      /^could not be checked: no box: bwrap is neither on the PATH nor installable: .*fix-backend verify --no-sandbox$/,
    );
    expect(verdict).toMatchObject({ result: 'unchecked', environment: { boxed: false } });
  });
});

describe('a full disk', () => {
  /** A file system of 1 MB; undefined where this user may make none. */
  function smallDisk(): string | undefined {
    const small = join(folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], { stdio: 'ignore' });
      return small;
    } catch {
      return undefined;
    }
  }

  const big = { 'data.bin': 'x'.repeat(3_000_000) };

  test('for the copies: an error in three parts, and nothing is left', { timeout: LONG }, async (context) => {
    const small = smallDisk();
    if (!small) return context.skip('only root may mount');
    try {
      const root = join(folder, 'elsewhere');
      mkdirSync(root);
      process.env.TMPDIR = root;
      const failed = await triedWith(small, big);
      expect(failed).toBeInstanceOf(FixBackendError);
      expect(failed).toMatchObject({
        message: expect.stringMatching(/^there is no space left in .*small to verify in \(ENOSPC/),
        untouched: 'The project is as it was, and nothing is left there.',
        next: expect.stringContaining('TMPDIR='),
        exitCode: 3,
      });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  /** The project lies where there is space, the copies where there is none. */
  async function triedWith(small: string, files: Record<string, string>): Promise<unknown> {
    return tried(undefined, files, { options: {} }, () => {
      process.env.TMPDIR = small;
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  test('for the packages: could not be checked, with the folder', { timeout: LONG }, async (context) => {
    const cache = await cacheWithTools();
    const small = smallDisk();
    if (!small) return context.skip('only root may mount');
    try {
      execFileSync('ln', ['-s', join(cache, 'tools'), join(small, 'tools')]);
      const { check } = await tried(
        undefined,
        {},
        { facts: ONLY_PACKAGES, options: { level: 'import', absoluteCache: small } },
      );
      expect(check('install').after.status).toBe('unknown');
      expect(check('install').after.evidence).toContain(`no space left for the packages in ${small}`);
      expect(readdirSync(join(small, 'packages', 'environments'))).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
