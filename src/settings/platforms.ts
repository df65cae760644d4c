import type { Node } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import { commandVariables } from './command-variables.ts';
import type { WrittenValue } from './range.ts';
import { charactersOf, entriesOf, isProblem, readToml, type TomlValue } from './toml.ts';
import { assignedIn } from './yaml.ts';
import { YamlFile } from './yaml-nodes.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

interface Variable extends WrittenValue {
  name: string;
}

/**
 * `envVars` of the services and of the groups of a render.yaml (render.com/docs/blueprint-spec): those with a `value`. What comes
 * from a database or a secret has none. And what the services' commands set.
 */
export function readRenderEnvironment(file: File): Variable[] {
  const yaml = new YamlFile(file);
  const named = variableNodes(yaml).flatMap((entry) => {
    const name = yaml.string(yaml.child(entry, 'key'));
    const written = yaml.written(yaml.child(entry, 'value'));
    return name && written ? [{ name, ...written }] : [];
  });
  const assigned = ownersOf(yaml).flatMap((owner) =>
    RENDER_COMMANDS.flatMap((key) => assignedIn(yaml, yaml.child(owner, key))),
  );
  return [...named, ...assigned];
}

const RENDER_COMMANDS = ['startCommand', 'preDeployCommand', 'initialDeployHook', 'dockerCommand'];

/** The variables of a render.yaml that take the address of a database: `fromDatabase: {property: connectionString}`. */
export function renderDatabaseVariables(file: File): string[] {
  const yaml = new YamlFile(file);
  return variableNodes(yaml).flatMap((entry) => {
    const name = yaml.string(yaml.child(entry, 'key'));
    const property = yaml.string(yaml.child(yaml.child(entry, 'fromDatabase'), 'property'));
    return name && property === 'connectionString' ? [name] : [];
  });
}

function variableNodes(yaml: YamlFile): (Node | undefined)[] {
  return ownersOf(yaml).flatMap((owner) => yaml.items(yaml.child(owner, 'envVars')));
}

/** Services and groups stand at the root, or in the environments of projects. */
function ownersOf(yaml: YamlFile): (Node | undefined)[] {
  const projects = yaml.items(yaml.at('projects'));
  const environments = projects.flatMap((project) => yaml.items(yaml.child(project, 'environments')));
  return [yaml.at(), ...environments].flatMap((place) => [
    ...yaml.items(yaml.child(place, 'services')),
    ...yaml.items(yaml.child(place, 'envVarGroups')),
  ]);
}

/** `[env]` of a fly.toml (fly.io/docs/reference/configuration), and what the commands of its processes set. */
export function readFlyEnvironment(file: File): Variable[] {
  const toml = readToml(file);
  if (isProblem(toml)) return [];
  return entriesOf(toml).flatMap(({ path, value }) => {
    const written = writtenIn(file.text, value);
    const [table, name = '', more] = path;
    if (!written || more !== undefined) return [];
    if (table === 'env') return [{ name, ...written }];
    const isCommand = table === 'processes' || path.join('.') === 'deploy.release_command';
    return isCommand && written.verbatim ? commandVariables(written.value, written.valueRange.start) : [];
  });
}

function writtenIn(text: string, { range, value }: TomlValue): WrittenValue | undefined {
  if (typeof value !== 'string') return undefined;
  const characters = charactersOf(text, range);
  const start = characters?.[0] ?? range.start + 1;
  const valueRange = { start, end: range.end - 1 };
  return { value, valueRange, verbatim: text.slice(valueRange.start, valueRange.end) === value };
}
