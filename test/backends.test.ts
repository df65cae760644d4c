import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsesEverything } from '../src/commands/parses-everything.ts';
import { openWorkspace } from '../src/files/open-workspace.ts';
import { loadJavaScript } from '../src/languages/javascript/engine.ts';
import { loadPython } from '../src/languages/python/tree.ts';
import { loadTransforms } from '../src/load-transforms.ts';
import { apply } from '../src/stages/apply.ts';
import { discover } from '../src/stages/discover.ts';
import { plan } from '../src/stages/plan.ts';
import { undo } from '../src/stages/undo.ts';

/** Whole backends: what stands in `before` becomes `after`, byte for byte; without an `after` nothing may change. */
const fixtures = fileURLToPath(new URL('../__testfixtures__', import.meta.url));
const lab = mkdtempSync(join(tmpdir(), 'fix-backend-fixtures-'));
const transforms = await loadTransforms();

beforeAll(async () => {
  await loadPython();
  await loadJavaScript();
});
afterAll(() => rmSync(lab, { recursive: true, force: true }));

function planned(folder: string) {
  const choice = { unsafe: true, only: [], skip: [], refused: new Set<string>() };
  const { workspace } = openWorkspace(folder);
  return plan(workspace, choice, { tool: 'test', discover, transforms, parses: parsesEverything });
}

function tree(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const kept = paths.filter((path) => !path.includes('/.fix-backend/'));
  return Object.fromEntries(
    kept.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  );
}

for (const name of readdirSync(fixtures)) {
  describe(name, () => {
    const before = join(fixtures, name, 'before');
    const after = existsSync(join(fixtures, name, 'after')) ? join(fixtures, name, 'after') : before;

    test('becomes what it should, stays so, and comes back', async () => {
      const copy = join(lab, name);
      cpSync(before, copy, { recursive: true });
      const made = planned(copy);
      expect(made.problems).toEqual([]);
      expect(made.left.map(({ finding }) => finding.key)).toEqual([]);
      if (after === before) return expect(made.steps).toEqual([]);
      await apply(made);
      expect(tree(copy)).toEqual(tree(after));
      expect(planned(copy).steps).toEqual([]);
      await undo(copy);
      expect(tree(copy)).toEqual(tree(before));
    });
  });
}
