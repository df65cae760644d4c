/**
 * How fast an audit is beside jscodeshift on the same files, and that it leaves them as they are: makes docs/speed.md.
 *
 *     npm run bench [-- --files 20000] [FOLDER…]
 *
 * The files are the .js files of installed packages (FOLDER: some node_modules; by default the project's own), copied to where they
 * count as a backend's own code. Both tools run one after the other on the same machine, so that only the ratio means something.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch, cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs/speed.md');
const MINUTES = 60_000;
const MANIFEST = {
  name: 'many-packages',
  dependencies: { express: '4.19.2', pg: '8.11.3', mongoose: '6.12.0', mysql2: '3.9.0', typeorm: '0.2.45' },
};

interface Timed {
  seconds: number;
  status: number | null;
  output: string;
  errors: string;
}

const { values, positionals } = parseArgs({
  options: { files: { type: 'string', default: '20000' } },
  allowPositionals: true,
});
const most = Number(values.files);
const lab = mkdtempSync(join(tmpdir(), 'speed-'));
const home = join(root, 'node_modules', '.cache', `speed-${process.pid}`);

/** Every .js file below a folder, as paths below it; links are not followed. */
function scriptsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Copies packages to `packages/`, for what lies in a folder of the name node_modules is nobody's own code. */
function gather(sources: readonly string[], into: string): number {
  const found = sources.flatMap((source, at) =>
    scriptsBelow(source).map((path) => ({
      path,
      target: join(
        into,
        'packages',
        String(at),
        relative(source, path).replaceAll('node_modules', 'packages'),
      ),
    })),
  );
  const all = spread(found);
  for (const { path, target } of all) {
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
  writeFileSync(join(into, 'package.json'), JSON.stringify(MANIFEST, null, 2));
  return all.length;
}

/** As many as are wanted, evenly from all of them: the packages of the end of the alphabet are among them. */
function spread<T>(all: readonly T[]): T[] {
  const count = Math.min(most, all.length);
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)] as T);
}

/** One number for the names and bytes of all files below a folder. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

function timed(words: readonly string[], cwd: string): Timed {
  const start = performance.now();
  const done = spawnSync(process.execPath, [...words], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
    timeout: 30 * MINUTES,
  });
  return {
    seconds: (performance.now() - start) / 1000,
    status: done.status,
    output: done.stdout,
    errors: done.stderr,
  };
}

try {
  const count = gather(positionals.length > 0 ? positionals : [join(root, 'node_modules')], lab);
  await build(join(home, 'dist'));
  writeFileSync(join(home, 'package.json'), readFileSync(join(root, 'package.json')));
  const before = fingerprint(lab);
  const audit = timed([join(home, 'dist/fix-backend.js'), 'audit', '--format=json', lab], lab);
  if (audit.status !== 0 && audit.status !== 1)
    throw new Error(`the audit ended with ${audit.status}: ${audit.errors.slice(-2000)}`);
  const untouched = fingerprint(lab) === before;
  const jscodeshift = timed(
    [
      join(root, 'node_modules/jscodeshift/bin/jscodeshift.js'),
      '--dry',
      '--silent',
      '--transform',
      join(root, 'bench/trivial.cjs'),
      join(lab, 'packages'),
    ],
    lab,
  );
  const ratio = jscodeshift.seconds / audit.seconds;
  const page = [
    '# Speed',
    '',
    'Made by `npm run bench`. Both tools read the same files, one after the other on one machine: the ratio counts, not the seconds.',
    '',
    `Node ${process.version}, ${arch()}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; ${count} .js files of installed packages.`,
    '',
    '| | seconds | ended with |',
    '|---|---:|---:|',
    `| \`fix-backend audit\`, all transforms | ${audit.seconds.toFixed(1)} | ${audit.status} |`,
    `| jscodeshift, one trivial transform (\`bench/trivial.cjs\`) | ${jscodeshift.seconds.toFixed(1)} | ${jscodeshift.status} |`,
    '',
    `The audit took 1/${ratio.toFixed(1)} of the time, and ${untouched ? 'changed no byte' : 'CHANGED FILES'}.`,
    '',
  ].join('\n');
  writeFileSync(PAGE, page);
  process.stdout.write(page);
  if (!untouched) process.exitCode = 1;
} finally {
  rmSync(lab, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}
