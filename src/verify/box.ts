import { lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  const words = [plan.bwrap, '--unshare-all', '--unshare-user', ...(plan.network ? ['--share-net'] : [])];
  words.push('--uid', UID, '--gid', UID, '--die-with-parent', '--new-session', '--clearenv');
  words.push('--ro-bind', '/usr', '/usr', ...SYSTEM.flatMap(systemFolder), '--ro-bind-try', '/nix', '/nix');
  words.push(
    '--proc',
    '/proc',
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

function emptyFile(absoluteScratch: string): string {
  const path = join(absoluteScratch, 'empty');
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

/** Fails unless the box is what it must be: another user, no way out, no sign of the real home folder. */
const SELF_TEST = `import os, socket, sys
assert os.getuid() == ${UID}, 'it runs as the wrong user'
assert sorted(os.listdir('${HOME}')) == [], 'its home folder is not empty'
try:
    socket.socket().connect(('192.0.2.1', 9))
except OSError as error:
    assert error.errno in (101, 113), f'it reaches the network ({error})'
else:
    raise AssertionError('it reaches the network')
print('boxed')`;

/** The reason why no box can be made on this machine, or undefined where one can. `absoluteScratch` is written to. */
export async function boxProblem(
  tool: Tool,
  python: Python,
  absoluteScratch: string,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return `the box needs Linux, and this is ${process.platform}`;
  const plan: BoxPlan = {
    bwrap: tool.program,
    readOnly: python.prefixes,
    writable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: false,
    hosts: [],
    absoluteScratch,
    cwd: '/',
  };
  const done = await run(boxCommand(plan, [python.executable, '-I', '-c', SELF_TEST]), {
    env: {},
    limit: 20_000,
  });
  if (done.code === 0 && done.out.includes('boxed')) return undefined;
  return `bubblewrap could not make one: ${lastLines(done.error, 1) || `exit ${done.code}`}`;
}
