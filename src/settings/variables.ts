import type { SourceFile } from '../files/source-file.ts';
import { commandVariables } from './command-variables.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { type Dockerfile, readDockerfile } from './dockerfile.ts';
import { readDotenvAsPython } from './dotenv.ts';
import { defaultIn, referenceIn } from './placeholders.ts';
import { readFlyEnvironment, readRenderEnvironment } from './platforms.ts';
import { readProcfile } from './procfile.ts';
import type { WrittenValue } from './range.ts';
import { type ComposeService, readCompose, readWorkflowEnvironment } from './yaml.ts';

/** The files that set environment variables for a server. */
export type SettingsKind = 'dotenv' | 'compose' | 'dockerfile' | 'procfile' | 'workflow' | 'render' | 'fly';

/** A variable with its value, and where that stands. */
export interface Variable extends WrittenValue {
  name: string;
}

/** Whether a file is a `.env`, an example of one included. */
export function isDotenv(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.env(\..+)?$/.test(name) || /^(env\.example|\w+\.env|example\.env)$/.test(name);
}

/** What kind of settings file a path is, by its name; undefined for any other file. */
export function settingsKind(path: string): SettingsKind | undefined {
  if (isDotenv(path) || /(^|\/)\.(flaskenv|envrc)$/.test(path)) return 'dotenv';
  if (/(^|\/)(docker-)?compose[^/]*\.ya?ml$/.test(path)) return 'compose';
  if (/(^|\/)(Dockerfile[^/]*|[^/]*\.Dockerfile|dockerfile|Containerfile[^/]*)$/.test(path))
    return 'dockerfile';
  if (/(^|\/)Procfile(\.\w+)?$/.test(path)) return 'procfile';
  if (/(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return 'workflow';
  if (/(^|\/)render\.ya?ml$/.test(path)) return 'render';
  return /(^|\/)fly(\.[\w-]+)?\.toml$/.test(path) ? 'fly' : undefined;
}

/**
 * The variables that a settings file sets, each place once. A value that is a placeholder with a default (`${A:-b}`) stands where
 * its default does. A file of no known kind counts as an env file: compose may give one any name.
 */
export function variablesIn(file: Pick<SourceFile, 'path' | 'text'>): {
  kind: SettingsKind;
  variables: Variable[];
} {
  const kind = settingsKind(file.path) ?? 'dotenv';
  const read = READERS[kind](file);
  const variables = HAS_DEFAULTS.has(kind) ? read.map((variable) => atDefault(file, variable)) : read;
  return { kind, variables: eachPlaceOnce(variables) };
}

const HAS_DEFAULTS = new Set<SettingsKind>(['dotenv', 'compose', 'dockerfile', 'procfile']);

const READERS: Record<SettingsKind, (file: Pick<SourceFile, 'path' | 'text'>) => Variable[]> = {
  dotenv: readDotenvAsPython,
  compose: (file) => {
    const shared = new Set(addressesOfOthersToo(file).map(({ valueRange }) => valueRange.start));
    const own = ownServices(readCompose(file).services).flatMap(variablesOfService);
    return own.filter(({ valueRange }) => !shared.has(valueRange.start));
  },
  dockerfile: (file) => dockerVariables(readDockerfile(file)),
  procfile: (file) =>
    readProcfile(file).entries.flatMap(({ value, valueRange }) => commandVariables(value, valueRange.start)),
  workflow: readWorkflowEnvironment,
  render: readRenderEnvironment,
  fly: readFlyEnvironment,
};

function atDefault(file: Pick<SourceFile, 'text'>, variable: Variable): Variable {
  const { start, end } = variable.valueRange;
  const text = file.text.slice(start, end);
  const found = defaultIn(text);
  if (!found) return variable;
  const valueRange = { start: start + found.start, end: start + found.end };
  return { ...variable, value: text.slice(found.start, found.end), valueRange };
}

/** An anchor is read by every service that names it. */
function eachPlaceOnce(variables: readonly Variable[]): Variable[] {
  const seen = new Set<string>();
  return variables.filter(({ name, valueRange }) => {
    const key = `${name} ${valueRange.start}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Of the ARGs those that a variable is set to: `ENV A=$B` takes the default of `ARG B`. An ARG is a variable of its own as well. */
function dockerVariables({ environment, defaults, assigned }: Dockerfile): Variable[] {
  const taken = environment.flatMap(({ name, value }) => {
    const argument = referenceIn(value);
    const users = environment.filter((other) => referenceIn(other.value) === argument);
    const own = argument !== name && users.length === 1;
    return own ? defaults.filter((each) => each.name === argument).map((each) => ({ ...each, name })) : [];
  });
  return [...environment, ...defaults, ...taken, ...assigned];
}

/** Database addresses of a compose file that stand at an anchor which services with other people's images read as well. */
export function addressesOfOthersToo(
  file: Pick<SourceFile, 'path' | 'text'>,
): (Variable & { services: string[] })[] {
  if (settingsKind(file.path) !== 'compose') return [];
  const { services } = readCompose(file);
  const own = ownServices(services);
  const others = services.filter((service) => !own.includes(service));
  return eachPlaceOnce(own.flatMap(variablesOfService)).flatMap((variable) => {
    const readers = others.filter(({ environment }) =>
      environment.some(({ valueRange }) => valueRange.start === variable.valueRange.start),
    );
    return readers.length > 0 && parseDatabaseUrl(variable.value)
      ? [{ ...variable, services: readers.map(({ name }) => name) }]
      : [];
  });
}

function variablesOfService({ environment, assigned }: ComposeService): Variable[] {
  return [...environment, ...assigned];
}

/** Where some services are built here, the others that only name an image are other people's programs. */
function ownServices(services: ComposeService[]): ComposeService[] {
  const built = services.filter((service) => service.built);
  if (built.length === 0) return services;
  return services.filter(
    (service) =>
      service.built || service.image === undefined || built.some((each) => each.image === service.image),
  );
}
