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

/** What the only engine of a backend may be given: variables, texts, and how many sources say nothing. */
function sourcesOf(settings: string): { variables: string[]; texts: string[]; unknown: number } {
  const main =
    'from config import settings\nfrom sqlmodel import create_engine\nengine = create_engine(settings.DATABASE_URL)\n';
  const head = 'import os\nfrom pydantic_settings import BaseSettings\n';
  const files = { 'requirements.txt': 'sqlmodel\n', 'config.py': head + settings, 'main.py': main };
  const [backend] = discover(memoryWorkspace(files));
  const {
    variables = [],
    literals = [],
    unknown = [],
  } = (backend && engineAddresses(backend)[0]?.sources) ?? {};
  return {
    variables: variables.map(({ name }) => name),
    texts: literals.map(({ text }) => text),
    unknown: unknown.length,
  };
}

const SETTINGS = `
class Settings(BaseSettings):
    NEON_URL: str = "postgresql://localhost/a"

    @property
    def DATABASE_URL(self) -> str:
        return RETURNED

settings = Settings()
`;

test('getattr of settings is the field that it names, or its last argument', () => {
  const returned = 'os.getenv("NEON_URL", getattr(self, "NEON_URL", "postgresql://localhost/b"))';
  expect(sourcesOf(SETTINGS.replace('RETURNED', returned))).toEqual({
    variables: ['NEON_URL', 'NEON_URL'],
    texts: ['postgresql://localhost/a', 'postgresql://localhost/b'],
    unknown: 0,
  });
});

test('getattr of a name that is made up may be anything', () => {
  const { unknown } = sourcesOf(
    SETTINGS.replace('RETURNED', 'getattr(self, "NEON_" + self.kind, "sqlite://")'),
  );
  expect(unknown).toBe(1);
});

test('a getattr of the project is none', () => {
  const own = `
def getattr(of, name, otherwise):
    return otherwise
${SETTINGS.replace('RETURNED', 'getattr(self, "NEON_URL", "sqlite://")')}`;
  expect(sourcesOf(own).texts).not.toContain('postgresql://localhost/a');
});
