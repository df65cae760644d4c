import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the packages of the list build their metadata with, which pip asks for before it hands a source distribution over. */
const BUILDERS =
  'hatchling hatch-vcs hatch-fancy-pypi-readme hatch-requirements-txt poetry-core poetry-dynamic-versioning setuptools setuptools-scm flit-core pdm-backend uv-build uv-dynamic-versioning versioningit wheel editables';
/** Where pyright finds the types. */
const TYPED = 'sqlalchemy[asyncio]==2.1.9 sqlmodel==0.0.50 fastapi flask-sqlalchemy alembic';

/** Makes the environment that pyright resolves imports in, once. Returns its Python. */
export function environment(work: string): string {
  const folder = join(work, 'environment');
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  mkdirSync(work, { recursive: true });
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '-q', ...BUILDERS.split(' ')]);
  run(python, ['-m', 'pip', 'install', '-q', ...TYPED.split(' ')]);
  return python;
}

/** Downloads and unpacks a source distribution, once. Returns its folder, or undefined where there is none. */
export function sourceOf(name: string, work: string): string | undefined {
  const folder = join(work, 'sources', name.replace('==', '-'));
  const archives = join(work, 'archives', name.replace('==', '-'));
  if (!existsSync(folder)) {
    mkdirSync(archives, { recursive: true });
    const options = ['--no-deps', '--no-binary', ':all:', '--no-build-isolation', '-q', '-d', archives];
    spawnSync(join(work, 'environment/bin/python'), ['-m', 'pip', 'download', ...options, name], {
      timeout: 120_000,
    });
    const archive = readdirSync(archives).find((file) => file.endsWith('.tar.gz'));
    if (!archive) return undefined;
    mkdirSync(folder, { recursive: true });
    run('tar', ['xzf', join(archives, archive), '-C', folder, '--strip-components=1']);
  }
  return folder;
}

function run(command: string, args: string[]): void {
  const done = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${done.stderr}`);
}
