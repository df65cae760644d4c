import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Row } from './row.ts';

/** What is used for all rows. Paths absolute. */
export interface Lab {
  uv: string;
  /** Where environments are kept, so that a second run installs nothing. */
  environments: string;
  /** The built command. */
  command: string;
}

/** Where a row's programs are (for the PATH); the installer's words where it fails. */
type Environment = { path: string; remove(): void } | { failed: string };

/** A better-sqlite3 that is compiled takes five minutes. */
const LIMIT = 1_200_000;
const NO_MORE = ['--no-audit', '--no-fund', '--no-package-lock'];

/** What the manifest of the folder asks for, made once for the same packages: the row is Node's where it has a package.json. */
export function environmentFor(row: Row, folder: string, lab: Lab): Environment {
  return existsSync(join(folder, 'package.json'))
    ? nodeEnvironment(row, folder, lab)
    : pythonEnvironment(folder, lab);
}

function pythonEnvironment(folder: string, { uv, environments }: Lab): Environment {
  const manifest = join(folder, 'requirements.txt');
  const wanted = existsSync(manifest) ? readFileSync(manifest, 'utf8') : '';
  const found = made(environments, wanted, (fresh) => {
    execFileSync(uv, ['venv', '-q', '--relocatable', '--python', 'python3', fresh], { stdio: 'ignore' });
    const words = ['pip', 'install', '-q', '--python', join(fresh, 'bin/python'), '-r', manifest];
    return wanted.trim() === '' ? undefined : spawnSync(uv, words, { encoding: 'utf8', timeout: LIMIT });
  });
  return 'failed' in found
    ? found
    : { path: [join(found.place, 'bin'), dirname(uv)].join(delimiter), remove: () => {} };
}

/** The folder gets links to the files of its packages, so that what is generated among them stays its own. */
function nodeEnvironment(row: Row, folder: string, { environments }: Lab): Environment {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = JSON.stringify({ dependencies, devDependencies });
  const found = made(environments, `${wanted} ${row.scripts ? 'scripts' : ''}`, (fresh) => {
    mkdirSync(join(fresh, 'node_modules'), { recursive: true });
    writeFileSync(join(fresh, 'package.json'), wanted);
    const words = ['install', ...NO_MORE, ...(row.scripts ? [] : ['--ignore-scripts'])];
    return spawnSync('npm', words, { cwd: fresh, encoding: 'utf8', timeout: LIMIT });
  });
  if ('failed' in found) return found;
  const modules = join(folder, 'node_modules');
  execFileSync('cp', ['-al', join(found.place, 'node_modules'), modules]);
  return {
    path: [join(modules, '.bin'), dirname(process.execPath)].join(delimiter),
    remove: () => rmSync(modules, { recursive: true, force: true }),
  };
}

/** The place for what is wanted; `install` fills it where it is not there yet. */
function made(
  environments: string,
  wanted: string,
  install: (fresh: string) => SpawnSyncReturns<string> | undefined,
): { place: string } | { failed: string } {
  const place = join(environments, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  if (existsSync(place)) return { place };
  const fresh = `${place}-${process.pid}`;
  const done = install(fresh);
  if (done && done.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    return { failed: `install failed: ${done.stderr}` };
  }
  renameSync(fresh, place);
  return { place };
}
