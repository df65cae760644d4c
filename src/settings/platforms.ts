import type { SourceFile } from '../files/source-file.ts';
import type { WrittenValue } from './range.ts';
import { charactersOf, isProblem, readToml } from './toml.ts';
import { YamlFile } from './yaml-nodes.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

interface Variable extends WrittenValue {
  name: string;
}

/**
 * `envVars` of the services and of the groups of a render.yaml (render.com/docs/blueprint-spec): those with a `value`. What comes
 * from a database or a secret has none.
 */
export function readRenderEnvironment(file: File): Variable[] {
  return entriesOf(file).flatMap(({ yaml, entry }) => {
    const name = yaml.string(yaml.child(entry, 'key'));
    const written = yaml.written(yaml.child(entry, 'value'));
    return name && written ? [{ name, ...written }] : [];
  });
}

/** The variables of a render.yaml that take the address of a database: `fromDatabase: {property: connectionString}`. */
export function renderDatabaseVariables(file: File): string[] {
  return entriesOf(file).flatMap(({ yaml, entry }) => {
    const name = yaml.string(yaml.child(entry, 'key'));
    const property = yaml.string(yaml.child(yaml.child(entry, 'fromDatabase'), 'property'));
    return name && property === 'connectionString' ? [name] : [];
  });
}

function entriesOf(file: File) {
  const yaml = new YamlFile(file);
  const owners = [...yaml.items(yaml.at('services')), ...yaml.items(yaml.at('envVarGroups'))];
  return owners.flatMap((owner) =>
    yaml.items(yaml.child(owner, 'envVars')).map((entry) => ({ yaml, entry })),
  );
}

/** `[env]` of a fly.toml (fly.io/docs/reference/configuration). */
export function readFlyEnvironment(file: File): Variable[] {
  const toml = readToml(file);
  if (isProblem(toml)) return [];
  return toml.tables
    .flatMap(({ entries }) => entries)
    .flatMap(({ path, value }) => {
      const [table, name, more] = path;
      if (table !== 'env' || !name || more || typeof value.value !== 'string') return [];
      const characters = charactersOf(file.text, value.range);
      const start = characters?.[0] ?? value.range.start + 1;
      const valueRange = { start, end: value.range.end - 1 };
      const verbatim = file.text.slice(valueRange.start, valueRange.end) === value.value;
      return [{ name, value: value.value, valueRange, verbatim }];
    });
}
