import type { SourceFile } from '../files/source-file.ts';
import { readDockerfile } from './dockerfile.ts';
import { readDotenv } from './dotenv.ts';
import { readFlyEnvironment, readRenderEnvironment } from './platforms.ts';
import type { WrittenValue } from './range.ts';
import { type ComposeService, readCompose, readWorkflowEnvironment } from './yaml.ts';

/** The files that set environment variables for a server. */
export type SettingsKind = 'dotenv' | 'compose' | 'dockerfile' | 'workflow' | 'render' | 'fly';

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
  if (isDotenv(path)) return 'dotenv';
  if (/(^|\/)(docker-)?compose[^/]*\.ya?ml$/.test(path)) return 'compose';
  if (/(^|\/)(Dockerfile[^/]*|[^/]*\.Dockerfile)$/.test(path)) return 'dockerfile';
  if (/(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return 'workflow';
  if (/(^|\/)render\.ya?ml$/.test(path)) return 'render';
  return /(^|\/)fly(\.[\w-]+)?\.toml$/.test(path) ? 'fly' : undefined;
}

/** The variables that a settings file sets. A file of no known kind counts as an env file: compose may give one any name. */
export function variablesIn(file: Pick<SourceFile, 'path' | 'text'>): {
  kind: SettingsKind;
  variables: Variable[];
} {
  const kind = settingsKind(file.path) ?? 'dotenv';
  return { kind, variables: READERS[kind](file) };
}

const READERS: Record<SettingsKind, (file: Pick<SourceFile, 'path' | 'text'>) => Variable[]> = {
  dotenv: readDotenv,
  compose: (file) => ownServices(readCompose(file).services).flatMap(({ environment }) => environment),
  dockerfile: (file) => readDockerfile(file).environment,
  workflow: readWorkflowEnvironment,
  render: readRenderEnvironment,
  fly: readFlyEnvironment,
};

/** Where some services are built here, the others that only name an image are other people's programs. */
function ownServices(services: ComposeService[]): ComposeService[] {
  const built = services.filter((service) => service.built);
  if (built.length === 0) return services;
  return services.filter(
    (service) =>
      service.built || service.image === undefined || built.some((each) => each.image === service.image),
  );
}
