import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxCommand, boxProblem } from '../../src/verify/box.ts';
import { cacheFolder } from '../../src/verify/cache.ts';
import { insideFolder } from '../../src/verify/inside.ts';
import { run } from '../../src/verify/process.ts';
import { findPython, type Python } from '../../src/verify/python.ts';
import { findTool, type Tool } from '../../src/verify/tools.ts';
import { tried } from './tiny.ts';

const LONG = 120_000;
let python: Python;
let bwrap: Tool;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'box-test-'));
  const found = await findPython(undefined, undefined, process.env.PATH);
  if ('reason' in found) throw new Error(found.reason);
  python = found;
  const tool = await findTool('bwrap', python, cacheFolder(process.env));
  if ('reason' in tool) throw new Error(tool.reason);
  bwrap = tool;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A bubblewrap that is given other words than ours: what `change` (the body of a loop in bash) makes of each. */
function changed(name: string, change: string, more = ''): Tool {
  const program = join(folder, name);
  const lines = [
    '#!/bin/bash',
    'words=()',
    'skip=0',
    'for word in "$@"; do',
    '  if [ $skip -gt 0 ]; then skip=$((skip - 1)); continue; fi',
    `  ${change}`,
    '  words+=("$word")',
    'done',
    `exec ${bwrap.program} ${more} "\${words[@]}"`,
  ];
  writeFileSync(program, lines.join('\n'), { mode: 0o755 });
  return { program, source: 'PATH' };
}

describe('the self-test of the box', () => {
  test('finds no way out of ours', async () => {
    expect(await boxProblem(bwrap, python, join(folder, 'sound'))).toBeUndefined();
  });

  test.each([
    [
      'the network',
      '[ "$word" = --die-with-parent ] && words+=(--share-net)',
      /another network than loopback/,
    ],
    ['the environment', '[ "$word" = --clearenv ] && continue', /of the environment/],
    [
      'the process table',
      '[ "$word" = --unshare-all ] && words+=(--unshare-user --unshare-net) && continue',
      /sees \d+ processes/,
    ],
    [
      'the user',
      '[ "$word" = --uid ] && words+=(--uid 1001) && skip=1 && continue',
      /runs as the wrong user/,
    ],
    [
      'a home',
      `[ "$word" = --proc ] && words+=(--bind ${homedir()} /home/app)`,
      /home folder is not empty|wrong/,
    ],
    [
      'a file of this machine',
      '[ "$word" = --symlink ] && [ -z "$once" ] && once=1 && words+=(--ro-bind /sys /sys)',
      /it sees \/sys\/kernel/,
    ],
  ])('%s', async (name, change, expected) => {
    const env = { ...process.env };
    process.env.FIX_BACKEND_TEST_SECRET = 'do not tell';
    const tool = changed(name.replace(/\W/g, '-'), change);
    const problem = await boxProblem(tool, python, join(folder, `${name.replace(/\W/g, '-')}-scratch`));
    process.env = env;
    expect(problem).toMatch(expected);
  });

  test('outside of any box it fails', async () => {
    const command = [python.executable, '-I', join(insideFolder(), 'fixb_box.py'), '1000', '/'];
    const done = await run(command, { env: {}, limit: 20_000 });
    expect(done.code).toBe(1);
    expect(done.out).not.toContain('boxed');
  });

  test.runIf(process.getuid?.() === 0)(
    "root's number is the owner's inside: the kernel's settings stay closed",
    async () => {
      const open = changed(
        'settings',
        '[ "$word" = --ro-bind-try ] && n=$((n + 1)) && [ $n = 2 ] && skip=2 && continue',
      );
      expect(await boxProblem(open, python, join(folder, 'settings-scratch'))).toContain(
        'it can write to /proc/sys/kernel/core_pattern',
      );
    },
  );
});

describe('code that is built', () => {
  test('sees neither settings, nor home, nor environments, nor the shell of the person', {
    timeout: LONG,
  }, async () => {
    const files = readdirSync(homedir(), { withFileTypes: true }).filter((entry) => entry.isFile());
    const hidden = [...files.map(({ name }) => join(homedir(), name)), join(process.cwd(), 'package.json')];
    const environments = join(cacheFolder(process.env), 'packages', 'environments');
    const setup = `import os
from setuptools import setup
seen = [path for path in ${JSON.stringify(hidden)} if os.path.exists(path)]
seen += os.listdir(${JSON.stringify(environments)})[2:]
seen += ["the settings"] if open(".env").read() else []
seen += ["the shell"] if "FIX_BACKEND_TEST_SECRET" in os.environ else []
seen += ["processes"] if os.getpid() > 1000 else []
if seen or open("visible.txt").read() != "here":
    raise SystemExit("it sees " + ", ".join(seen))
setup(name="tiny-thing", version="1.2.3", py_modules=[])
`;
    process.env.FIX_BACKEND_TEST_SECRET = 'do not tell';
    const { check, verdict } = await tried(
      undefined,
      { 'setup.py': setup, 'visible.txt': 'here' },
      { facts: { manifests: ['setup.py'], files: [], addresses: [] }, options: { level: 'import' } },
    );
    delete process.env.FIX_BACKEND_TEST_SECRET;
    expect(check('install').after.evidence).toMatch(/^setup\.py installs/);
    expect(verdict.environment.packages).toHaveProperty('tiny-thing', '1.2.3');
  });

  test.each([
    ['memory', 'kept = [b"x" * 4_000_000 for _ in range(1000)]', /it used more than 200 MB of memory/],
    [
      'tasks',
      'import os, time\nend = time.time() + 3\nwhile time.time() < end: os.fork()',
      /it used more than 60 processes/,
    ],
    [
      'disk',
      'file = open("big", "wb")\nwhile True: file.write(b"x" * 4_000_000)',
      /it used more than 50 MB of disk/,
    ],
  ])('uses no more of %s than it is given', { timeout: LONG }, async (name, code, expected) => {
    const place = join(folder, name);
    mkdirSync(place);
    const bounds = {
      most: { memory: 200 * 1024 ** 2, disk: 50 * 1024 ** 2, tasks: 60, openFiles: 100 },
      folders: [place],
    };
    const plan = {
      bwrap: bwrap.program,
      readOnly: [...python.prefixes, insideFolder()],
      writable: [{ from: place, to: place }],
      env: { PATH: '/usr/bin:/bin' },
      network: false,
      hosts: [],
      absoluteScratch: join(folder, 'scratch'),
      cwd: place,
    };
    const enter = [python.executable, '-I', join(insideFolder(), 'fixb_enter.py'), JSON.stringify(bounds)];
    const done = await run(boxCommand(plan, [...enter, python.executable, '-c', code]), {
      env: {},
      limit: 60_000,
    });
    expect(done.error).toMatch(expected);
    expect(done.code).not.toBe(0);
    expect(done.late).toBe(false);
  });
});
