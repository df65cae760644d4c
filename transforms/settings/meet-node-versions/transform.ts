import semver from 'semver';
import type { Backend } from '../../../src/backend/backend.ts';
import { packageLine } from '../../../src/backend/javascript/package-edits.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { readJsonc, record } from '../../../src/settings/jsonc.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** The engines fields of the packages: from which version on they want which Node. */
const FLOORS: [name: string, versions: string, node: string, older: string][] = [
  ['mongoose', '>=9', '20.19.0', '^8.0.0'],
  ['mongodb', '>=7', '20.19.0', '^6.0.0'],
  ['connect-redis', '>=10', '22.0.0', '^9.0.0'],
  ['better-sqlite3', '>=13', '22.0.0', '^12.0.0'],
  ['kysely', '>=0.29', '22.0.0', '~0.28.0'],
  ['@mikro-orm/core', '>=7', '22.17.0', '^6.0.0'],
];
const NATIVE = ['better-sqlite3', 'sqlite3', 'oracledb', 'pg-native'];

export default {
  title: 'Run the database packages on a Node that they support',
  why: 'A package that wants a newer Node, or a native one whose binary was never built, fails when it is loaded.',
  safety: 'report',
  docs: 'https://docs.npmjs.com/cli/v11/configuring-npm/package-json#engines',
  catalogue: ['js-engine-floors', 'js-native-addon'],
  fixes: [/EBADENGINE/, /Could not locate the bindings file/],
  detect(backend) {
    if (backend.facts.language !== 'javascript') return [];
    return [...tooOld(backend), ...unbuilt(backend)];
  },
} satisfies Transform<'settings'>;

function tooOld(backend: Backend): Draft[] {
  const node = nodeOf(backend);
  if (!node) return [];
  return FLOORS.flatMap(([name, versions, floor, older]): Draft[] => {
    const found = versionsOf(backend)(name);
    const line = packageLine(backend, name);
    if (!found?.is(versions) || !line || semver.gte(node.version, floor)) return [];
    return [
      {
        subject: name,
        at: line.at,
        message: `${found.text} wants Node ${floor} or later, and ${node.source} says ${node.version}.`,
        next: `Raise Node to ${floor}, or write "${name}": "${older}".`,
      },
    ];
  });
}

/** The Node that a backend runs on, where a file pins it or a range has an upper end. */
function nodeOf({ workspace, facts }: Backend): { version: string; source: string } | undefined {
  const inside = (name: string) => (facts.root === '' ? name : `${facts.root}/${name}`);
  for (const name of ['.nvmrc', '.node-version']) {
    const version = semver.coerce(/^v?\d[\d.]*$/.exec(workspace.read(inside(name))?.text.trim() ?? '')?.[0]);
    // `20` means the newest 20.
    if (version)
      return {
        version: /\./.test(workspace.read(inside(name))?.text ?? '')
          ? version.version
          : `${version.major}.9999.0`,
        source: inside(name),
      };
  }
  const engines = record(record(readJsonc(workspace.read(inside('package.json'))?.text ?? '')).engines).node;
  const range = typeof engines === 'string' ? semver.validRange(engines) : null;
  const upper =
    range &&
    new semver.Range(range).set.map((all) => all.find(({ operator }) => operator.startsWith('<'))?.semver);
  const [top, more] = upper || [];
  if (!top?.version || more) return undefined;
  return {
    version: top.minor > 0 ? `${top.major}.${top.minor - 1}.9999` : `${top.major - 1}.9999.0`,
    source: inside('package.json'),
  };
}

/** `.npmrc` that runs no install scripts: the binaries of native packages are neither fetched nor built. */
function unbuilt(backend: Backend): Draft[] {
  const path = backend.facts.root === '' ? '.npmrc' : `${backend.facts.root}/.npmrc`;
  if (!/^\s*ignore-scripts\s*=\s*true\s*$/m.test(backend.workspace.read(path)?.text ?? '')) return [];
  return NATIVE.flatMap((name): Draft[] => {
    const line = packageLine(backend, name);
    return line
      ? [
          {
            subject: `${name} binary`,
            at: line.at,
            message: `${name} is native, and ${path} runs no install scripts: its binary is missing when it is loaded.`,
            next: `npm rebuild ${name} --ignore-scripts=false`,
          },
        ]
      : [];
  });
}
