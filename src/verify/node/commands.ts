import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendFacts } from '../../types.ts';
import { type NodePackages, readJson } from './install.ts';

/** The commands of a Node backend, as words for a process that is started in its folder. */
export interface NodeCommands {
  /** How it is started, and as a person would type it. */
  start: string[] | null;
  shown: string;
  build: string[] | null;
  typeCheck: string[] | null;
  tests: string[] | null;
  /** Folders for the PATH, absolute in the box. */
  programs: string[];
}

/**
 * What the package.json of a backend says about starting, building and testing it; the entry point is started by node where no
 * script is. `treeInside` is where the programs inside see the tree.
 */
export function nodeCommands(
  facts: BackendFacts,
  absoluteTree: string,
  treeInside: string,
  packages: NodePackages,
): NodeCommands {
  const { scripts = {} } = readJson(join(absoluteTree, facts.root, 'package.json'));
  const script = (name: string) => (scripts[name] ? [...packages.command, 'run', name] : null);
  const program = (name: string) =>
    folders(facts.root).some((one) => existsSync(join(absoluteTree, one, 'node_modules/.bin', name)));
  const entry = facts.entry?.file.slice(facts.root ? facts.root.length + 1 : 0);
  const byNode = entry
    ? [process.execPath, ...(/\.[cm]?ts$/.test(entry) && program('tsx') ? ['--import', 'tsx'] : []), entry]
    : null;
  const starter = ['start', 'start:prod', 'serve', 'dev'].find(
    (name) => scripts[name] && !WATCHES.test(scripts[name]),
  );
  const hasTypes = existsSync(join(absoluteTree, facts.root, 'tsconfig.json')) && program('tsc');
  return {
    start: starter ? script(starter) : byNode,
    shown: starter ? `${packages.manager} run ${starter}` : byNode ? `node ${byNode.slice(1).join(' ')}` : '',
    build: script('build'),
    typeCheck: hasTypes
      ? [process.execPath, `${binFolder(facts.root, absoluteTree, treeInside, 'tsc')}/tsc`, '--noEmit']
      : null,
    tests: scripts.test && !NO_TESTS.test(scripts.test) ? script('test') : null,
    programs: folders(facts.root).map((folder) => join(treeInside, folder, 'node_modules/.bin')),
  };
}

/** A script that waits for changes: its first start is the same, but it never ends by itself when the server fails. */
const WATCHES = /\b(nodemon|ts-node-dev|--watch|tsx watch|nest start --watch)\b/;
/** What `npm init` writes. */
const NO_TESTS = /no test specified/;

/** A folder and those above it, up to the root of the tree. */
function folders(root: string): string[] {
  const parts = root === '' ? [] : root.split('/');
  return [...parts.keys()].map((count) => parts.slice(0, parts.length - count).join('/')).concat('');
}

function binFolder(root: string, absoluteTree: string, treeInside: string, name: string): string {
  const found =
    folders(root).find((one) => existsSync(join(absoluteTree, one, 'node_modules/.bin', name))) ?? root;
  return join(treeInside, found, 'node_modules/.bin');
}
