import { posix } from 'node:path';
import { readManifest } from '../settings/manifest.ts';
import type { Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { quoted } from './shell.ts';

/** What is typed in one folder: commands that are run one after the other. */
export interface Install {
  /** Relative to the plan's root; `.` is the root. */
  folder: string;
  commands: string[][];
}

/** The same for a lock file: the command that only makes it fit its manifest again. */
export interface Refresh extends Install {
  /** Relative to the plan's root. */
  lock: string;
}

interface Way {
  manifest: RegExp;
  /** The lock file's name. */
  lock?: string;
  /** What must stand in the lock file. */
  of?: RegExp;
  install: string[][];
  refresh?: string[];
}

/** By the manifest's name and a lock file in its folder or above; the first that fits. */
const WAYS: Way[] = [
  {
    manifest: /^package\.json$/,
    lock: 'pnpm-lock.yaml',
    install: [['pnpm', 'install']],
    refresh: ['pnpm', 'install', '--lockfile-only'],
  },
  {
    manifest: /^package\.json$/,
    lock: 'yarn.lock',
    of: /^__metadata:/m,
    install: [['yarn', 'install']],
    refresh: ['yarn', 'install', '--mode=update-lockfile'],
  },
  // The first yarn knows no way to write its lock file that installs nothing.
  {
    manifest: /^package\.json$/,
    lock: 'yarn.lock',
    install: [['yarn', 'install']],
    refresh: ['yarn', 'install', '--ignore-scripts', '--non-interactive'],
  },
  {
    manifest: /^package\.json$/,
    lock: 'bun.lock',
    install: [['bun', 'install']],
    refresh: ['bun', 'install', '--lockfile-only'],
  },
  {
    manifest: /^package\.json$/,
    lock: 'package-lock.json',
    install: [['npm', 'install']],
    refresh: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
  },
  { manifest: /^package\.json$/, install: [['npm', 'install']] },
  {
    manifest: /^Pipfile$/,
    lock: 'Pipfile.lock',
    install: [['pipenv', 'install']],
    refresh: ['pipenv', 'lock'],
  },
  { manifest: /^Pipfile$/, install: [['pipenv', 'install']] },
  { manifest: /^pyproject\.toml$/, lock: 'uv.lock', install: [['uv', 'sync']], refresh: ['uv', 'lock'] },
  {
    manifest: /^pyproject\.toml$/,
    lock: 'poetry.lock',
    install: [
      ['poetry', 'lock'],
      ['poetry', 'install'],
    ],
    refresh: ['poetry', 'lock'],
  },
  {
    manifest: /^pyproject\.toml$/,
    lock: 'pdm.lock',
    install: [['pdm', 'install']],
    refresh: ['pdm', 'lock'],
  },
  { manifest: /^(pyproject\.toml|setup\.(py|cfg))$/, install: [['pip', 'install', '-e', '.']] },
];

/** What a person runs in their own environment where the plan changes what is installed. */
export function installs(plan: Plan, workspace: Workspace): Install[] {
  const all = changedManifests(plan).map((manifest): Install => {
    const found = wayOf(manifest, workspace);
    const name = posix.basename(manifest);
    return {
      folder: found?.folder ?? posix.dirname(manifest),
      commands: found?.way.install ?? [['pip', 'install', '-r', name]],
    };
  });
  return withoutRepeats(all);
}

/** What makes the lock files fit the manifests again that the plan changes. */
export function refreshes(plan: Plan, workspace: Workspace): Refresh[] {
  const all = changedManifests(plan).flatMap((manifest): Refresh[] => {
    const found = wayOf(manifest, workspace);
    const { lock, refresh } = found?.way ?? {};
    return found && lock && refresh
      ? [{ lock: posix.join(found.folder, lock), folder: found.folder, commands: [refresh] }]
      : [];
  });
  return withoutRepeats(all);
}

/** The same as a line for the shell, typed where `path` leads to the plan's root. */
export function asTyped({ folder, commands }: Install, path: string): string {
  const lines = commands.map((words) => words.map(quoted).join(' '));
  const there = posix.join(path, folder);
  return [...(there === '.' ? [] : [`cd ${quoted(there)}`]), ...lines].join(' && ');
}

/** The first manifest of each backend that changes: what the others say goes in by it. */
function changedManifests(plan: Plan): string[] {
  const changed = new Set(plan.changes.map(({ path }) => path));
  return plan.backends.flatMap(({ manifests }) => manifests.find((path) => changed.has(path)) ?? []);
}

/** The way for a manifest, and the folder of its lock file: in a workspace that is one above. */
function wayOf(manifest: string, workspace: Workspace): { way: Way; folder: string } | undefined {
  const compiled = compiledWay(manifest, workspace);
  if (compiled) return { way: compiled, folder: posix.dirname(manifest) };
  const fitting = WAYS.filter((way) => way.manifest.test(posix.basename(manifest)));
  for (let folder = posix.dirname(manifest); ; folder = posix.dirname(folder)) {
    const way = fitting.find(({ lock, of }) => {
      const path = lock && posix.join(folder, lock);
      return path && workspace.has(path) && (!of || of.test(workspace.read(path)?.text ?? ''));
    });
    if (way) return { way, folder };
    if (folder === '.') break;
  }
  const way = fitting.find(({ lock }) => !lock);
  return way && { way, folder: posix.dirname(manifest) };
}

/**
 * A requirements.txt that pip-compile or uv makes of the `.in` beside it, whichever of the two changes; the command is the one that
 * stands at its head.
 */
function compiledWay(manifest: string, workspace: Workspace): Way | undefined {
  if (!/\.(in|txt)$/.test(manifest)) return undefined;
  const stem = manifest.replace(/\.\w+$/, '');
  const file = workspace.read(`${stem}.txt`);
  const tool = file && workspace.has(`${stem}.in`) ? readManifest(file).generatedBy : undefined;
  if (!file || !tool) return undefined;
  const [source, lock] = [posix.basename(`${stem}.in`), posix.basename(file.path)];
  const head = file.text.slice(0, 1000);
  const written = /^#\s+((?:pip-compile|uv pip compile)(?: [\w./=:-]+)*)\s*$/m.exec(head)?.[1];
  const usual =
    tool === 'uv'
      ? ['uv', 'pip', 'compile', source, '-o', lock]
      : ['pip-compile', `--output-file=${lock}`, source];
  const refresh = written?.split(' ') ?? usual;
  return { manifest: /\.(in|txt)$/, lock, install: [['pip', 'install', '-r', lock]], refresh };
}

function withoutRepeats<T extends Install>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
