import { join } from 'node:path';
import { type BoxPlan, boxCommand } from './box.ts';
import { insideFolder } from './inside.ts';
import { type Amounts, amountsOf, LIMITS } from './limits.ts';
import { type Done, run } from './process.ts';
import type { Python } from './python.ts';
import { installEnvironment } from './surroundings.ts';

/** What is needed to make an environment. */
export interface Maker {
  python: Python;
  /** Absolute path of uv, or undefined: then `python -m venv` and pip. */
  uv: string | undefined;
  /** For the box to install in, or undefined: then without one. */
  bwrap: string | undefined;
  /** A folder that goes with the run; absolute. */
  absoluteScratch: string;
  absoluteCache: string;
  /** Files of the tree that a package built from it must not read. Absolute. */
  hidden: readonly string[];
  limit: number;
  signal?: AbortSignal | undefined;
  onLine: (line: string) => void;
}

/** How much one command of the installer may do. */
export interface Access {
  /** Folders that it may write to; absolute. */
  writable: readonly string[];
  readOnly?: readonly string[];
  network: boolean;
  /** Where it keeps what it downloads; absolute. */
  downloads: string;
  /** True where packages are built, so that code of theirs runs. */
  builds?: true;
}

/** Compilers may take more than a server, and what they make is kept. */
const BUILDING: Amounts = { ...amountsOf(LIMITS), disk: 10 * LIMITS.disk };

/** The folder (absolute) whose parts are linked to each other: environments, and what uv has downloaded. */
export function packagesFolder(absoluteCache: string): string {
  return join(absoluteCache, 'packages');
}

/** What an installer says that a person who waits wants to know. */
const TOLD =
  /^\s*(Resolved|Downloading|Building|Built|Prepared|Installed|Bytecode|Collecting|Installing|Successfully)\b/;

/** Runs one command of the installer, with the network's settings and none of the person's secrets. */
export function execute(command: string[], maker: Maker, access: Access): Promise<Done> {
  const env = {
    ...installEnvironment(process.env, maker.bwrap ? '/tmp' : maker.absoluteScratch),
    UV_CACHE_DIR: join(access.downloads, 'uv'),
    UV_PYTHON_DOWNLOADS: 'never',
    PIP_CACHE_DIR: join(access.downloads, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  };
  const onLine = (line: string) => TOLD.test(line) && maker.onLine(line.trim());
  const options = { limit: maker.limit, signal: maker.signal, onLine };
  const enter = (bounds: object) => [
    maker.python.executable,
    '-I',
    join(insideFolder(), 'fixb_enter.py'),
    JSON.stringify(bounds),
    ...command,
  ];
  if (!maker.bwrap) return run(enter({ withParent: true }), { ...options, env, cwd: maker.absoluteCache });
  const plan: BoxPlan = {
    bwrap: maker.bwrap,
    absoluteScratch: maker.absoluteScratch,
    readOnly: [
      ...maker.python.prefixes,
      ...(maker.uv ? [maker.uv] : []),
      ...pathsIn(env),
      ...(access.readOnly ?? []),
      insideFolder(),
    ],
    writable: access.writable.map((folder) => ({ from: folder, to: folder })),
    hidden: maker.hidden,
    env: { ...env, PATH: '/usr/bin:/bin' },
    network: access.network,
    hosts: [],
    cwd: '/',
  };
  const bounds = access.builds ? { most: BUILDING, folders: access.writable } : {};
  return run(boxCommand(plan, enter(bounds)), { ...options, env: {} });
}

/** Certificates and folders of wheels that the installer's variables name. */
function pathsIn(env: Record<string, string>): string[] {
  const named = Object.entries(env).filter(([name]) => /CERT|CA_BUNDLE|FIND_LINKS|INDEX/i.test(name));
  return named.flatMap(([, value]) => value.split(/\s+/)).filter((path) => path.startsWith('/'));
}

/** The commands that make an empty environment and install the lists into it. `wheelsOnly` runs no package's own code. */
export function commands(maker: Maker, folder: string, lists: string, wheelsOnly: boolean): string[][] {
  const python = join(folder, 'bin', 'python');
  const from = ['-r', join(lists, 'requirements.txt'), '-c', join(lists, 'constraints.txt')];
  if (wheelsOnly) from.push('--only-binary', ':all:');
  const { uv } = maker;
  if (uv) {
    return [
      [uv, 'venv', '--allow-existing', '--python', maker.python.executable, folder],
      [uv, 'pip', 'install', '--python', python, ...from],
    ];
  }
  return [
    [maker.python.executable, '-I', '-m', 'venv', folder],
    [python, '-I', '-m', 'pip', 'install', '--no-compile', '--no-input', '--progress-bar', 'off', ...from],
  ];
}
