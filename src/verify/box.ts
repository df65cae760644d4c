import { existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { insideFolder } from './inside.ts';
import { lastLines, run } from './process.ts';
import type { Python } from './python.ts';
import type { Tool } from './tools.ts';

/** What a box shows and what it allows. All paths absolute. */
export interface BoxPlan {
  bwrap: string;
  /** Folders and files of this machine, seen at the same path. */
  readOnly: readonly string[];
  /** Folders of this machine that may be written to, and where they are seen. */
  writable: readonly { from: string; to: string }[];
  /** Files that read as empty inside. */
  hidden?: readonly string[];
  /** Empty folders to make. */
  folders?: readonly string[];
  env: Record<string, string>;
  /** True shares this machine's network: only for installing packages, where nothing of the backend is in the box. */
  network: boolean;
  /** Names that mean 127.0.0.1 inside. */
  hosts: readonly string[];
  /** A folder for the few files of /etc that we write ourselves. */
  absoluteScratch: string;
  cwd: string;
}

export const HOME = '/home/app';
export const USER = 'app';
const UID = '1000';
const SYSTEM = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const ETC = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'ssl',
  'pki',
  'ca-certificates',
  'localtime',
  'mime.types',
  'alternatives',
];
const ETC_NETWORK = ['resolv.conf', 'gai.conf'];

/**
 * Arguments for bubblewrap: every namespace its own, /usr read-only, a private home, /tmp and /proc, an environment
 * that holds only what is given, an ordinary user, and death with the process that started it.
 */
export function boxCommand(plan: BoxPlan, command: readonly string[]): string[] {
  const words = [
    ...ahead(),
    plan.bwrap,
    '--unshare-all',
    '--unshare-user',
    ...(plan.network ? ['--share-net'] : []),
  ];
  words.push('--uid', UID, '--gid', UID, '--die-with-parent', '--new-session', '--clearenv');
  words.push('--ro-bind', '/usr', '/usr', ...SYSTEM.flatMap(systemFolder), '--ro-bind-try', '/nix', '/nix');
  words.push(
    '--proc',
    '/proc',
    // For root outside, whose number is also the owner's inside, the kernel's settings would be writable.
    '--ro-bind-try',
    '/proc/sys',
    '/proc/sys',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--dir',
    HOME,
    '--dir',
    '/var/run/postgresql',
  );
  words.push('--symlink', '/tmp', '/var/tmp', ...etc(plan));
  for (const path of plan.readOnly) if (!path.startsWith('/usr/')) words.push('--ro-bind-try', path, path);
  for (const { from, to } of plan.writable) words.push('--bind', from, to);
  for (const path of plan.hidden ?? []) words.push('--ro-bind', emptyFile(plan.absoluteScratch), path);
  for (const folder of plan.folders ?? []) words.push('--dir', folder);
  for (const [name, value] of Object.entries({ ...plan.env, HOME, USER, LOGNAME: USER })) {
    words.push('--setenv', name, value);
  }
  return [...words, '--chdir', plan.cwd, '--', ...command];
}

/**
 * Root's processes are not counted by the kernel, so that the watch inside has to be quicker than a bomb of forks: it gets
 * its turn before what it watches. Where that is not allowed, `nice` says so and goes on.
 */
function ahead(): string[] {
  return process.getuid?.() === 0 && existsSync('/usr/bin/nice') ? ['/usr/bin/nice', '-n', '-10'] : [];
}

function emptyFile(absoluteScratch: string): string {
  const path = join(absoluteScratch, 'empty');
  mkdirSync(absoluteScratch, { recursive: true });
  writeFileSync(path, '');
  return path;
}

/** `/lib` and its like are links into /usr on most systems and folders on the rest. */
function systemFolder(path: string): string[] {
  try {
    if (lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    return ['--ro-bind', path, path];
  } catch {
    return [];
  }
}

function etc(plan: BoxPlan): string[] {
  const written: Record<string, string> = {
    passwd: `root:x:0:0:root:/root:/bin/sh\n${USER}:x:${UID}:${UID}:${USER}:${HOME}:/bin/sh\n`,
    group: `root:x:0:\n${USER}:x:${UID}:\n`,
    'nsswitch.conf': `passwd: files\ngroup: files\nhosts: files${plan.network ? ' dns' : ''}\n`,
    hosts: `127.0.0.1 ${['localhost', ...plan.hosts].join(' ')}\n`,
  };
  const folder = join(plan.absoluteScratch, plan.network ? 'etc-network' : 'etc');
  mkdirSync(folder, { recursive: true });
  const words: string[] = [];
  for (const [name, text] of Object.entries(written)) {
    writeFileSync(join(folder, name), text);
    words.push('--ro-bind', join(folder, name), `/etc/${name}`);
  }
  for (const name of [...ETC, ...(plan.network ? ETC_NETWORK : [])])
    words.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  return words;
}

/** The reason why no box can be made on this machine, or undefined where one can. `absoluteScratch` is written to. */
export async function boxProblem(
  tool: Tool,
  python: Python,
  absoluteScratch: string,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return `the box needs Linux, and this is ${process.platform}`;
  const program = join(insideFolder(), 'fixb_box.py');
  const plan: BoxPlan = {
    bwrap: tool.program,
    readOnly: [...python.prefixes, insideFolder()],
    writable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: false,
    hosts: [],
    absoluteScratch,
    cwd: '/',
  };
  const unseen = [emptyFile(absoluteScratch), homedir()].filter((path) => path !== '/' && path !== HOME);
  const command = [
    python.executable,
    '-I',
    program,
    UID,
    HOME,
    ...unseen.filter((path) => !isShown(path, plan)),
  ];
  const done = await run(boxCommand(plan, command), { env: {}, limit: 20_000 });
  if (done.code === 0 && done.out.includes('boxed')) return undefined;
  return `bubblewrap could not make one: ${lastLines(done.error, 1) || `exit ${done.code}`}`;
}

/** True where something that must be seen lies below. */
function isShown(path: string, plan: BoxPlan): boolean {
  return plan.readOnly.some((shown) => shown === path || shown.startsWith(`${path}/`));
}
