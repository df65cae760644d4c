import { beforeAll, expect, test, vi } from 'vitest';
import { engineAddresses } from '../../src/backend/addresses.ts';
import * as reads from '../../src/backend/environment-reads.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

vi.mock('../../src/backend/environment-reads.ts', { spy: true });
beforeAll(loadPython);

/** How often an expression is asked whether it reads the environment, while the addresses of that many engines are found twice. */
function looks(engines: number): number {
  const text =
    'import os\nfrom sqlalchemy import create_engine\nengine = create_engine(os.environ["DATABASE_URL"])\n';
  const files = Array.from({ length: engines }, (_, at) => [`e${at}.py`, text]);
  const [backend] = discover(
    memoryWorkspace({ 'requirements.txt': 'sqlalchemy\n', ...Object.fromEntries(files) }),
  );
  if (!backend) throw new Error('no backend');
  const before = vi.mocked(reads.environmentRead).mock.calls.length;
  expect(engineAddresses(backend)).toHaveLength(engines);
  expect(engineAddresses(backend)[0]?.uses).toHaveLength(engines);
  return before;
}

test('what is asked grows with the engines and not with their square: one look serves every engine of a variable', () => {
  const few = looks(5);
  vi.mocked(reads.environmentRead).mockClear();
  expect(looks(50)).toBeLessThanOrEqual(10 * few);
});
