import type { SourceFile } from '../files/source-file.ts';
import { commandVariables, variablesOfWords } from './command-variables.ts';
import { readJson } from './json.ts';
import { linesOf, type Range, type WrittenValue } from './range.ts';
import { assignmentIn, shellWords, type Word } from './shell-words.ts';

interface DockerVariable extends WrittenValue {
  name: string;
}

/** `CMD` or `ENTRYPOINT`. */
interface DockerCommand {
  /** `["uvicorn", "app:app"]`, or a line for the shell. */
  form: 'exec' | 'shell';
  words: Word[];
  range: Range;
  line: number;
}

/** What a Dockerfile says of how the server is built and started. */
export interface Dockerfile {
  /** ENV lines of every stage, in the order of the file. */
  environment: DockerVariable[];
  /** ARG lines with a default. */
  defaults: DockerVariable[];
  /** What a command sets for the Python program that it starts: `CMD A=b uvicorn app:app`. */
  assigned: DockerVariable[];
  /** `3.12` of the last `FROM python:3.12-slim` or `FROM some/uv:python3.12`, with the defaults of its ARGs. */
  python?: string;
  /** The last WORKDIR of the last stage, or of the stage that it builds on; as written. */
  workdir?: WrittenValue;
  /** The last CMD and the last ENTRYPOINT, likewise. */
  command?: DockerCommand;
  entrypoint?: DockerCommand;
  /** The image that the last stage, or the first of those that it builds on, starts from. */
  image?: string;
  /** What the last stage and those that it builds on do, in order. */
  steps: DockerStep[];
}

/** One instruction: `WORKDIR /srv`. */
export interface DockerStep {
  keyword: string;
  /** Behind the keyword; continuations blanked out. */
  text: string;
}

type Stage = Pick<Dockerfile, 'workdir' | 'command' | 'entrypoint' | 'image' | 'steps'>;

interface Instruction {
  keyword: string;
  /** Continuations and comment lines blanked out, so that offsets stay true. */
  text: string;
  /** Behind the keyword. */
  start: number;
  line: number;
}

const FROM = /^\s*(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i;
const PYTHON_IMAGE = /^(?:\S*\/)?python:(\d+\.\d+)|:python(\d+\.\d+)/i;
const REFERENCE = /\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g;
const COMMANDS = new Set(['CMD', 'ENTRYPOINT', 'RUN']);
const HEREDOC = /<<-?\s*["']?([A-Za-z_]\w*)["']?/g;

/** Reads a Dockerfile (docs.docker.com/reference/dockerfile). Instructions that say nothing of this are passed over; nothing is thrown. */
export function readDockerfile(file: Pick<SourceFile, 'text'>): Dockerfile {
  const environment: DockerVariable[] = [];
  const defaults: DockerVariable[] = [];
  const assigned: DockerVariable[] = [];
  const stages = new Stages();
  for (const instruction of instructionsOf(file.text)) {
    const { keyword, text, start } = instruction;
    if (keyword === 'ARG') {
      stages.argument(text);
      defaults.push(...pairsOf(text, start));
    }
    if (keyword === 'FROM') stages.begin(text);
    if (keyword === 'ENV') environment.push(...variablesOf(text, start));
    if (keyword === 'WORKDIR') stages.current.workdir = whole(text, start);
    if (keyword === 'CMD') stages.current.command = commandOf(instruction);
    if (keyword === 'ENTRYPOINT') stages.current.entrypoint = commandOf(instruction);
    if (COMMANDS.has(keyword)) assigned.push(...variablesOfCommand(instruction));
    if (keyword !== 'FROM') stages.current.steps.push({ keyword, text });
  }
  return {
    environment,
    defaults,
    assigned: [...assigned, ...variablesOfStart(stages.current)],
    ...(stages.python !== undefined && { python: stages.python }),
    ...stages.current,
  };
}

/** What an earlier stage runs, and where, is what the image runs only where a later one is built from it. */
class Stages {
  current: Stage = { steps: [] };
  python: string | undefined;
  private readonly named = new Map<string, Stage>();
  private readonly defaults = new Map<string, string>();
  private begun = false;

  /** Only an ARG before the first FROM holds in a FROM. */
  argument(text: string): void {
    for (const { value } of this.begun ? [] : shellWords(text)) {
      const sign = value.indexOf('=');
      if (sign > 0) this.defaults.set(value.slice(0, sign), value.slice(sign + 1));
    }
  }

  begin(text: string): void {
    const [, written = '', name = ''] = FROM.exec(text) ?? [];
    const image = written.replace(
      REFERENCE,
      (_, plain: string, braced: string, otherwise = '') => this.defaults.get(plain ?? braced) || otherwise,
    );
    const [, official, tagged] = PYTHON_IMAGE.exec(image) ?? [];
    this.begun = true;
    this.python = official ?? tagged ?? this.python;
    const base = this.named.get(image.toLowerCase());
    this.current = { image, ...base, steps: [...(base?.steps ?? [])] };
    if (name) this.named.set(name.toLowerCase(), this.current);
  }
}

/** `ENV A=b C="d"`, and the old `ENV A b c` that sets one variable. */
function variablesOf(text: string, start: number): DockerVariable[] {
  const old = /^\s*([A-Za-z_]\w*)\s+(?!=)(\S.*?)\s*$/s.exec(text);
  if (old?.[1] && old[2]) {
    const at = start + text.trimEnd().length - old[2].length;
    return [
      { name: old[1], value: old[2], valueRange: { start: at, end: at + old[2].length }, verbatim: true },
    ];
  }
  return pairsOf(text, start);
}

/** CMD is what an ENTRYPOINT in a list is given: `["sh", "-c"]` before a script. */
function variablesOfStart({ entrypoint, command }: Stage): DockerVariable[] {
  return entrypoint?.form === 'exec' && command?.form === 'exec'
    ? variablesOfWords([...entrypoint.words, ...command.words])
    : [];
}

function pairsOf(text: string, start: number): DockerVariable[] {
  return shellWords(text, start).flatMap((word) => {
    const raw = text.slice(word.valueRange.start - start, word.valueRange.end - start);
    return assignmentIn(word, raw) ?? [];
  });
}

/** What CMD, ENTRYPOINT and RUN set for a Python program that they start. */
function variablesOfCommand({ text, start }: Instruction): DockerVariable[] {
  const words = execWords(text, start);
  return words ? variablesOfWords(words) : commandVariables(text, start);
}

function whole(text: string, start: number): WrittenValue {
  const value = text.trim();
  const at = start + text.indexOf(value);
  return { value, valueRange: { start: at, end: at + value.length }, verbatim: true };
}

/** A JSON array of strings is the exec form; anything else, a malformed array too, goes to the shell. */
function commandOf({ text, start, line }: Instruction): DockerCommand {
  const at = start + text.length - text.trimStart().length;
  const range = { start: at, end: start + text.trimEnd().length };
  const words = execWords(text, start);
  return words
    ? { form: 'exec', words, range, line }
    : { form: 'shell', words: shellWords(text, start), range, line };
}

/** The words of `["uvicorn", "app:app"]`; undefined where it is no array of strings. Ranges start from `offset`. */
export function execWords(text: string, offset = 0): Word[] | undefined {
  const at = text.length - text.trimStart().length;
  const json = text.trim().startsWith('[') ? readJson({ path: '', text: text.trim() }) : undefined;
  const items = json && 'items' in json ? json.items : undefined;
  if (!items?.every((item) => typeof item.value === 'string')) return undefined;
  return items.map((item) => {
    const [start, end] = [at + item.range.start + 1, at + item.range.end - 1];
    const value = String(item.value);
    return {
      value,
      valueRange: { start: offset + start, end: offset + end },
      verbatim: text.slice(start, end) === value,
    };
  });
}

/** Joins continued lines and passes over comments and the bodies of here-documents. */
function instructionsOf(text: string): Instruction[] {
  const mark = /^\ufeff?#\s*escape\s*=\s*`/i.test(text) ? '`' : '\\';
  const found: Instruction[] = [];
  let open: Instruction | undefined;
  let heredocs: string[] = [];
  for (const line of linesOf(text)) {
    if (heredocs.length > 0) {
      if (line.text.trim() === heredocs[0]) heredocs = heredocs.slice(1);
      continue;
    }
    if (/^\s*(#|$)/.test(line.text)) continue;
    const content = line.text.trimEnd();
    const continues = content.endsWith(mark);
    const current: Instruction = open ?? begin(line.text, line.start, line.line);
    const kept = continues ? content.slice(0, -1) : line.text;
    current.text =
      current.text.padEnd(line.start - current.start) + kept.slice(Math.max(current.start - line.start, 0));
    open = continues ? current : undefined;
    if (continues) continue;
    found.push(current);
    if (['RUN', 'COPY', 'ADD'].includes(current.keyword))
      heredocs = [...current.text.matchAll(HEREDOC)].map((match) => match[1] ?? '');
  }
  return open ? [...found, open] : found;
}

function begin(text: string, start: number, line: number): Instruction {
  const keyword = /^\s*([A-Za-z]*)/.exec(text) ?? [''];
  const at = start + keyword[0].length;
  return { keyword: (keyword[1] ?? '').toUpperCase(), text: '', start: at, line };
}
