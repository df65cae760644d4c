import { type CheckLine, line } from './check-line.ts';
import { limits } from './limits.ts';
import * as node from './node.ts';
import * as probing from './probing.ts';

const IMPORT = [
  line(
    'node',
    'Node is one that package.json allows',
    [],
    node.nodeVersion,
    'Run it with a Node that fits, or widen engines.node.',
  ),
  line('install', 'the packages install', [], node.nodeInstall, 'Correct what the package manager names.'),
  line(
    'types',
    'the types fit',
    [],
    node.types,
    'Correct the type error at that place.',
    ({ observations }) => observations?.typeCheck !== undefined,
  ),
  line('limits', 'it stays within the limits', [], limits, 'See what it does at that step.'),
];

const BOOT = [
  line(
    'build',
    'it builds',
    [],
    node.build,
    'Correct what the build says.',
    ({ observations }) => observations?.build !== undefined,
  ),
  line('server', 'the server starts', [], node.nodeServer, 'Correct what the error says at that place.'),
  line('health', 'it answers', [], node.nodeHealth, 'Correct the route at that place.'),
  line(
    'log',
    'nothing in the log points at a defect',
    [],
    node.nodeLog,
    'Await or close what the log names.',
  ),
  line(
    'restart',
    'it starts again on the same data',
    [],
    node.nodeRestart,
    'Let the start accept what an earlier start has left.',
  ),
];

const PROBE = [
  line(
    'routes',
    'every route that is written out answers',
    [],
    probing.routes,
    'Correct the route at that place.',
  ),
  line(
    'clients',
    'a second client and a second request are answered alike',
    [],
    probing.clients,
    'Give each request a connection from the pool.',
  ),
  line(
    'connections',
    'every connection comes back from its request',
    [],
    probing.connections,
    'Release the client, or end the transaction, where the request ends.',
    ({ observations }) => observations?.connections !== undefined,
  ),
  line(
    'probes',
    'the probes of the configuration are answered as they say',
    [],
    probing.probes,
    'Correct the route at that place, or the probe.',
    ({ observations }) => observations?.probes !== undefined,
  ),
];

const TESTS = [
  line(
    'tests',
    "the project's own tests pass",
    [],
    node.nodeTests,
    'Correct what the test shows, or the test.',
    ({ observations }) => observations?.nodeTests !== undefined,
  ),
];

/** The lines of a Node backend's verdict, in the order in which they are shown. */
export const NODE_CHECKS: readonly CheckLine[] = [
  ...IMPORT.map((one) => ({ ...one, level: 'import' as const })),
  ...BOOT.map((one) => ({ ...one, level: 'boot' as const })),
  ...PROBE.map((one) => ({ ...one, level: 'probe' as const })),
  ...TESTS.map((one) => ({ ...one, level: 'tests' as const })),
];
