import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode, sha256 } from '../../src/files/source-file.ts';
import type { FileChange, Plan } from '../../src/types.ts';

const home = mkdtempSync(join(tmpdir(), 'fix-backend-test-'));
const remove = () => rmSync(home, { recursive: true, force: true });
// A worker of vitest is killed, not ended; the soak test runs without vitest.
if (process.env.VITEST) (await import('vitest')).afterAll(remove);
else process.once('exit', remove);
// Tests that drop their rights reach into it.
chmodSync(home, 0o755);

/** A project on disk, made of texts or bytes by path; removed when the tests have run. Returns its absolute root. */
export function makeProject(files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(home, 'project-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** A plan that gives files these texts, each as one edit of the whole. A file that is not there is created. */
export function planOf(absoluteRoot: string, texts: Record<string, string>): Plan {
  const changes = Object.entries(texts).map(([path, text]) => changeOf(absoluteRoot, path, text));
  return {
    version: 1,
    tool: 'test',
    absoluteRoot,
    backends: [],
    steps: [],
    left: [],
    notes: [],
    problems: [],
    skipped: [],
    changes,
    converged: true,
  };
}

function changeOf(absoluteRoot: string, path: string, text: string): FileChange {
  const stats = lstatSync(join(absoluteRoot, path), { throwIfNoEntry: false });
  const bytes = stats ? readFileSync(join(absoluteRoot, path)) : undefined;
  const mode = stats ? stats.mode & 0o7777 : 0o644;
  const old = bytes && decode(path, bytes, mode)?.text;
  return {
    path,
    before: bytes ? sha256(bytes) : null,
    after: sha256(Buffer.from(text)),
    mode,
    encoding: 'utf-8',
    passes: [[{ file: path, start: 0, end: old?.length ?? 0, text }]],
  };
}

/** Every entry below a folder but `.fix-backend`: permission bits and content. */
export function snapshot(absoluteRoot: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const visit = (folder: string) => {
    for (const name of readdirSync(join(absoluteRoot, folder)).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (path === '.fix-backend') continue;
      const stats = lstatSync(join(absoluteRoot, path));
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isDirectory()) visit(path);
      entries[path] = stats.isFile() ? `${mode} ${readFileSync(join(absoluteRoot, path), 'latin1')}` : mode;
    }
  };
  visit('');
  return entries;
}

/** Five files as the crash tests use them: nested, executable, CRLF, empty, and one to be created in a new folder. */
export const FIVE = {
  old: { 'a.py': 'one\n', 'b/c/d.py': 'two\r\nthree', 'run.sh': '#!/bin/sh\n', 'empty.txt': '' },
  new: {
    'a.py': 'ONE\n',
    'b/c/d.py': 'TWO\r\nthree',
    'run.sh': '#!/bin/sh\nexec true\n',
    'empty.txt': 'x',
    'p/q/__init__.py': '# made\n',
  },
};

export function makeFive(): string {
  const root = makeProject(FIVE.old);
  chmodSync(join(root, 'run.sh'), 0o755);
  return root;
}
