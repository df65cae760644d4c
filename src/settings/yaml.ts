import type { Node } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { commandVariables, variablesOfWords } from './command-variables.ts';
import type { WrittenValue } from './range.ts';
import { shellWords } from './shell-words.ts';
import { YamlFile, type YamlVariable } from './yaml-nodes.ts';

/** A variable that a compose service sets. */
type ComposeVariable = YamlVariable;

export interface ComposeService {
  name: string;
  environment: ComposeVariable[];
  /** What its command sets for the Python program that it starts. */
  assigned: ComposeVariable[];
  /** Paths as written. */
  envFiles: string[];
  command?: string;
  /** The words of `command`, or of `entrypoint` where there is no command. */
  words: WrittenValue[];
  workingDir?: string;
  /** As written: `postgres:16`. */
  image?: string;
  /** What is published on the machine: the port there, of `"5433:5432"` and of `{published: 5433}`. */
  ports: string[];
  /** True where the image is built from a folder of the project. */
  built: boolean;
}

/**
 * Reads the services of a compose file (docs.docker.com/reference/compose-file/services): `environment` as a map or a list,
 * aliases and merges followed. Ranges are those of the value itself, inside its quotes. A file that YAML refuses gives no
 * services and a problem; nothing is thrown.
 */
export function readCompose(file: Pick<SourceFile, 'path' | 'text'>): {
  services: ComposeService[];
  problems: Problem[];
} {
  const yaml = new YamlFile(file);
  const services = yaml.pairs(yaml.at('services')).map(([name, node]) => serviceOf(yaml, name, node));
  return { services, problems: yaml.problems };
}

/**
 * Every variable that a workflow of GitHub Actions sets for what it runs: in the workflow, its jobs with their containers, their
 * steps and the scripts of those (docs.github.com, "Workflow syntax"). Its services run other people's images.
 */
export function readWorkflowEnvironment(file: Pick<SourceFile, 'path' | 'text'>): YamlVariable[] {
  const yaml = new YamlFile(file);
  const jobs = yaml.pairs(yaml.at('jobs')).map(([, job]) => job);
  const containers = jobs.map((job) => yaml.child(job, 'container'));
  const steps = jobs.flatMap((job) => yaml.items(yaml.child(job, 'steps')));
  const named = [yaml.at(), ...jobs, ...containers, ...steps].flatMap((node) =>
    yaml.variables(yaml.child(node, 'env')),
  );
  return [...named, ...steps.flatMap((step) => assignedIn(yaml, yaml.child(step, 'run')))];
}

/** What a script of a YAML file sets for the Python programs that it starts: one line, or what stands below a `|` or `>`. */
export function assignedIn(yaml: YamlFile, node: Node | undefined): YamlVariable[] {
  const body = yaml.blockBody(node);
  if (body) return commandVariables(body.text, body.start);
  const line = yaml.written(node);
  return line?.verbatim ? commandVariables(line.value, line.valueRange.start) : [];
}

function serviceOf(yaml: YamlFile, name: string, node: Node | undefined): ComposeService {
  const child = (key: string) => yaml.child(node, key);
  const words = wordsOf(yaml, child('command') ?? child('entrypoint'));
  const command =
    yaml.string(child('command')) ?? (child('command') && words.map((word) => word.value).join(' '));
  const image = yaml.string(child('image'));
  const workingDir = yaml.string(child('working_dir'));
  return {
    name,
    environment: yaml.variables(child('environment')),
    assigned: assignedBy(yaml, child('entrypoint'), child('command')),
    envFiles: envFilesOf(yaml, child('env_file')),
    ports: yaml.items(child('ports')).flatMap((item) => publishedPort(yaml, item) ?? []),
    built: child('build') !== undefined,
    words,
    ...(command && { command }),
    ...(image && { image }),
    ...(workingDir && { workingDir }),
  };
}

/** A command in a list is what the entrypoint is given: `["sh", "-c"]` before a script. */
function assignedBy(yaml: YamlFile, ...nodes: (Node | undefined)[]): ComposeVariable[] {
  const words = nodes.flatMap((node) => yaml.items(node)).flatMap((item) => scriptIn(yaml, item) ?? []);
  return [...variablesOfWords(words), ...nodes.flatMap((node) => assignedIn(yaml, node))];
}

function scriptIn(yaml: YamlFile, item: Node | undefined): WrittenValue | undefined {
  const body = yaml.blockBody(item);
  return body ? { value: body.text, valueRange: body, verbatim: true } : yaml.written(item);
}

/** `5433` of `127.0.0.1:5433:5432/tcp`; nothing where compose chooses one. */
function publishedPort(yaml: YamlFile, item: Node | undefined): string | undefined {
  const short = yaml.string(item)?.split('/')[0]?.split(':');
  return short ? short.at(-2) : yaml.string(yaml.child(item, 'published'));
}

/** A line that compose splits as a shell does, or a list of words. */
function wordsOf(yaml: YamlFile, node: Node | undefined): WrittenValue[] {
  const line = yaml.written(node);
  if (line?.verbatim) return shellWords(line.value, line.valueRange.start);
  return yaml.items(node).flatMap((item) => yaml.written(item) ?? []);
}

/** One path, a list of paths, or a list of `{path, required}`. */
function envFilesOf(yaml: YamlFile, node: Node | undefined): string[] {
  const one = yaml.string(node);
  if (one !== undefined) return [one];
  return yaml.items(node).flatMap((item) => yaml.string(item) ?? yaml.string(yaml.child(item, 'path')) ?? []);
}
