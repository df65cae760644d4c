import { posix } from 'node:path';
import type { Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { quoted } from './shell.ts';

/** How one folder's packages are installed: commands that are run one after the other. */
export interface Install {
  /** Relative to the plan's root; `.` is the root. */
  folder: string;
  commands: string[][];
}

/** By the manifest's name and a lock file beside it; the first that fits. */
const WAYS: { manifest: RegExp; lock?: string; commands: string[][] }[] = [
  { manifest: /^package\.json$/, lock: 'pnpm-lock.yaml', commands: [['pnpm', 'install']] },
  { manifest: /^package\.json$/, lock: 'yarn.lock', commands: [['yarn', 'install']] },
  { manifest: /^package\.json$/, commands: [['npm', 'install']] },
  { manifest: /^Pipfile$/, commands: [['pipenv', 'install']] },
  { manifest: /^pyproject\.toml$/, lock: 'uv.lock', commands: [['uv', 'sync']] },
  {
    manifest: /^pyproject\.toml$/,
    lock: 'poetry.lock',
    commands: [
      ['poetry', 'lock'],
      ['poetry', 'install'],
    ],
  },
  { manifest: /^pyproject\.toml$/, lock: 'pdm.lock', commands: [['pdm', 'install']] },
  { manifest: /^(pyproject\.toml|setup\.(py|cfg))$/, commands: [['pip', 'install', '-e', '.']] },
];

/** What a person runs in their own environment where the plan changes what is installed. */
export function installs(plan: Plan, workspace: Workspace): Install[] {
  const changed = new Set(plan.changes.map(({ path }) => path));
  const all = plan.backends.flatMap(({ manifests }) => {
    const manifest = manifests.find((path) => changed.has(path));
    return manifest ? [installOf(manifest, workspace)] : [];
  });
  return [...new Map(all.map((install) => [JSON.stringify(install), install])).values()];
}

/** The same as a line for the shell, typed where `path` leads to the plan's root. */
export function asTyped({ folder, commands }: Install, path: string): string {
  const lines = commands.map((words) => words.map(quoted).join(' '));
  const there = posix.join(path, folder);
  return [...(there === '.' ? [] : [`cd ${quoted(there)}`]), ...lines].join(' && ');
}

function installOf(manifest: string, workspace: Workspace): Install {
  const folder = posix.dirname(manifest);
  const name = posix.basename(manifest);
  const way = WAYS.find(
    (each) => each.manifest.test(name) && (!each.lock || workspace.has(posix.join(folder, each.lock))),
  );
  return { folder, commands: way?.commands ?? [['pip', 'install', '-r', name]] };
}
