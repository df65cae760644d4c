import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type Defect, type Variant, writeBackend } from '../../scripts/verification/defect.ts';
import { DEFECTS } from '../../scripts/verification/defects.ts';
import { namedCause } from '../../scripts/verification/judge.ts';
import { type Said, said } from '../../scripts/verification/look.ts';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { verify } from '../../src/stages/verify.ts';

/** A few of each kind; `npm run verification` does them all. */
const A_FEW = [
  'lazy-response-model',
  'lazy-many-to-many',
  'delete-without-commit',
  'commit-not-awaited',
  'session-of-everyone',
  'scoped-session-stays',
  'reader-of-an-old-snapshot',
];

async function looked(defect: Defect, variant: Variant): Promise<Said> {
  const absoluteParent = mkdtempSync(join(tmpdir(), 'planted-'));
  const absoluteRoot = join(absoluteParent, defect.backend);
  try {
    writeBackend(absoluteRoot, defect, variant);
    const [backend] = discover(openWorkspace(absoluteRoot).workspace);
    if (!backend) throw new Error('no backend was found');
    const options = { sandbox: true, level: 'probe', probeWrites: true } as const;
    return said(await verify({ absoluteRoot, backend: backend.facts, options }, () => {}));
  } finally {
    rmSync(absoluteParent, { recursive: true, force: true });
  }
}

beforeAll(loadPython);

test.each(A_FEW)(
  '%s: the defect is found and its cause named, the healthy twin passes',
  {
    // Two whole verifications, on a machine that has other things to do.
    timeout: 600_000,
  },
  async (id) => {
    const defect = DEFECTS.find((one) => one.id === id);
    if (!defect) throw new Error(`there is no defect ${id}`);
    const [seen, twin] = await Promise.all([looked(defect, 'defect'), looked(defect, 'twin')]);
    expect(namedCause(defect, seen), JSON.stringify(seen.notPassing)).toMatch(defect.shows.cause);
    expect(seen.result).toBe('failing');
    expect(twin.notPassing).toEqual([]);
    expect(twin.result).toBe('fixed');
  },
);

test('every change of every defect fits its backend, and no id is given twice', () => {
  const absoluteParent = mkdtempSync(join(tmpdir(), 'planted-'));
  for (const defect of DEFECTS) {
    for (const variant of ['defect', 'twin'] as const)
      expect(() => writeBackend(join(absoluteParent, defect.id, variant), defect, variant)).not.toThrow();
  }
  rmSync(absoluteParent, { recursive: true, force: true });
  expect(new Set(DEFECTS.map(({ id }) => id)).size).toBe(DEFECTS.length);
});

test('docs/verification.md has every defect, and no wrong verdict: npm run verification -- --write', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/verification.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)`: .*$/gm)];
  expect(rows.map(([, id]) => id)).toEqual(DEFECTS.map(({ id }) => id));
  expect(rows.filter(([row]) => /\| WRONG/.test(row))).toEqual([]);
});
