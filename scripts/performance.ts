/**
 * How long verification takes, cold and warm, at each level: makes docs/performance.md.
 *
 *     npm run performance [-- --times 3] [--only todo-backend]
 *
 * Each backend is repaired and verified before and after, as a person does it. Cold means an empty cache: the sandbox, uv and all
 * packages come from the index. Warm is the best of several runs, for whatever else the machine does only adds to them.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs/performance.md');
const LEVELS = ['import', 'boot', 'probe', 'tests'] as const;
const BACKENDS = [
  { name: 'the seed', folder: join(root, '../shared/cases/seed-backend/before') },
  { name: 'todo-backend', folder: join(root, '__testfixtures__/todo-backend/before') },
  {
    name: 'sync-app-on-sqlalchemy-2.1',
    folder: join(root, '__testfixtures__/sync-app-on-sqlalchemy-2.1/before'),
  },
  {
    name: 'async-app-with-sync-alembic',
    folder: join(root, '__testfixtures__/async-app-with-sync-alembic/before'),
  },
].filter(({ folder }) => existsSync(folder));

const { values } = parseArgs({
  options: { times: { type: 'string', default: '3' }, only: { type: 'string' } },
});
const home = join(root, 'node_modules', '.cache', `performance-${process.pid}`);
const lab = mkdtempSync(join(tmpdir(), 'performance-'));

interface Verdict {
  seconds: number;
  result: string;
  environment: { python?: string; database?: string };
}

/** Repairs a copy of a backend and verifies it, with a cache folder of ours. */
function once(folder: string, level: string, cache: string): Verdict {
  const copy = mkdtempSync(join(lab, 'copy-'));
  cpSync(folder, copy, { recursive: true });
  const words = [copy, '--yes', '--unsafe', `--verify=${level}`, '--format', 'json'];
  const done = spawnSync(process.execPath, [join(home, 'dist/fix-backend.js'), ...words], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 ** 2,
    timeout: 600_000,
  });
  rmSync(copy, { recursive: true, force: true });
  const verdict = (JSON.parse(done.stdout) as { projects: { verdicts?: Verdict[] }[] }).projects[0]
    ?.verdicts?.[0];
  if (!verdict) throw new Error(`${folder}: no verdict: ${done.stderr.slice(-2000)}`);
  return verdict;
}

interface Row {
  name: string;
  cold: number;
  warm: Record<string, number>;
}

function measure({ name, folder }: (typeof BACKENDS)[number]): Row {
  const cache = mkdtempSync(join(lab, 'cache-'));
  console.error(`${name}: cold`);
  const cold = once(folder, 'probe', cache);
  if (cold.result !== 'fixed') console.error(`${name} is ${cold.result}`);
  const warm: Record<string, number> = {};
  for (const level of LEVELS.filter((one) => one !== 'tests' || existsSync(join(folder, 'tests')))) {
    const times = Array.from({ length: Number(values.times) }, () => once(folder, level, cache).seconds);
    warm[level] = Math.min(...times);
    console.error(`${name}: ${level} ${times.map((one) => one.toFixed(1)).join(' ')} s`);
  }
  rmSync(cache, { recursive: true, force: true });
  return { name, cold: cold.seconds, warm };
}

function page(rows: readonly Row[], load: number): string {
  const shown = (seconds: number | undefined) => (seconds === undefined ? '' : `${seconds.toFixed(1)} s`);
  const levels = LEVELS.filter((level) => rows.some((row) => row.warm[level] !== undefined));
  const table = rows.map((row) => {
    const ratio = row.warm.probe ? (row.cold / row.warm.probe).toFixed(1) : '';
    return `| ${row.name} | ${shown(row.cold)} | ${levels.map((level) => shown(row.warm[level])).join(' | ')} | ${ratio} |`;
  });
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  }).stdout.trim();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `# How long verification takes

Made by \`npm run performance\` on ${new Date().toISOString().slice(0, 10)} at commit ${commit}; all numbers come from one run.
The machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? arch()}, ${memory} GB, Linux ${release()}, Node ${process.versions.node};
its load before the run was ${load.toFixed(1)}${load > 0.5 ? ', so that it had other things to do as well' : ''}.

Each backend is repaired and then verified untouched and repaired, each on a PostgreSQL of its own. *Cold*: nothing is cached; the sandbox,
uv and every package are fetched. *Warm*: the best of ${values.times} runs with what the cold one left in the cache.

| backend | cold, probe | ${levels.map((level) => `warm, ${level}`).join(' | ')} | cold : warm |
|---|${'---|'.repeat(levels.length + 2)}
${table.join('\n')}
`;
}

try {
  const [load = 0] = loadavg();
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ version: '0.0.0', type: 'module' }));
  await build(join(home, 'dist'));
  const chosen = BACKENDS.filter(({ name }) => name === (values.only ?? name));
  const text = page(chosen.map(measure), load);
  // A part of the numbers is shown and not written down.
  if (values.only) console.log(text);
  else writeFileSync(PAGE, text);
} finally {
  for (const path of [home, lab]) rmSync(path, { recursive: true, force: true });
}
