import { type Foreign, whyForeign } from '../files/foreign.ts';
import { isBuilt } from '../languages/javascript/built.ts';
import type { Skipped } from '../types.ts';
import type { Backend } from './backend.ts';

const WHY: Record<Foreign, string> = {
  minified: 'It is minified: what it was made of is the place for a repair.',
  bundled: 'A bundler or compiler wrote it: what it was made of is the place for a repair.',
  generated: 'Its first lines say that it is generated: what generates it is the place for a repair.',
  vendored: "It is a copy of somebody else's code: a newer copy is the place for a repair.",
};

/** Why nothing in a file (relative path) of a backend is changed, as a sentence; undefined for a backend's own source. */
export function whySkipped(backend: Backend, path: string): string | undefined {
  const { workspace } = backend;
  if (isBuilt(workspace, path)) return 'TypeScript wrote it: its source is the place for a repair.';
  const file = workspace.read(path);
  const why = file && whyForeign(file, () => workspace.files());
  return why && WHY[why];
}

const DATABASE = /\b(sqlalchemy|sqlmodel|asyncpg|psycopg2?|databases)\b/;

/** The notebooks of a Python backend that have to do with a database. */
export function notebooksOf({ facts, workspace }: Backend): Skipped[] {
  const below = facts.root === '' ? '' : `${facts.root}/`;
  return workspace
    .files()
    .filter((path) => facts.language === 'python' && path.endsWith('.ipynb') && path.startsWith(below))
    .filter((path) => DATABASE.test(workspace.read(path)?.text ?? ''))
    .map((file) => ({ file, why: 'It is a notebook: its cells are not looked at.' }));
}
