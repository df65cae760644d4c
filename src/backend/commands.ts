import { position } from '../files/source-file.ts';
import type { Workspace } from '../workspace.ts';

/** A command that starts the server, as somebody wrote it down. */
export interface DocumentedCommand {
  file: string;
  line: number;
  module: string;
  attribute: string;
  factory: boolean;
  port?: number;
  /** From `--app-dir` and `PYTHONPATH=`. */
  pythonPath: string[];
  /** From `cd backend` on the same line, or WORKDIR-like hints. */
  folder?: string;
  /** Where `module:attribute` stands in the file, for repairing it. */
  start: number;
  end: number;
}

const DOCUMENTS =
  /(^|\/)(readme[^/]*|contributing[^/]*|dockerfile[^/]*|procfile|makefile|justfile|[^/]*\.(md|rst|sh|ya?ml|toml|service|txt))$/i;

/** A command line: words are enough here, since README text, shell scripts and compose files have no common grammar. */
const SERVER = /\b(uvicorn|hypercorn|gunicorn|granian)\b(["',]*\s)([^\n\r`]*)/g;
const TARGET = /(^|[\s"',[])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(\(\))?/;

/** Every documented start of a server below the workspace's root; `text` of Python docstrings counts as well. */
export function documentedCommands(workspace: Workspace, python: readonly string[]): DocumentedCommand[] {
  const files = workspace
    .files()
    .filter((file) => DOCUMENTS.test(file) && !/requirements[^/]*\.txt$/.test(file));
  return [...files, ...python].flatMap((file) => commandsIn(file, workspace.read(file)?.text ?? ''));
}

function commandsIn(file: string, text: string): DocumentedCommand[] {
  if (!/uvicorn|hypercorn|gunicorn|granian/.test(text)) return [];
  return [...text.matchAll(SERVER)].flatMap((match) => {
    const rest = match[3] ?? '';
    const target = TARGET.exec(rest);
    const [, lead = '', module, attribute] = target ?? [];
    if (!target || !module || !attribute || /^(https?|file)$/.test(module)) return [];
    const at = match.index + match[0].length - rest.length + target.index + lead.length;
    return [describe(file, text, match.index, rest, { module, attribute, at })];
  });
}

function describe(
  file: string,
  text: string,
  from: number,
  rest: string,
  target: { module: string; attribute: string; at: number },
): DocumentedCommand {
  const before = text.slice(text.lastIndexOf('\n', from) + 1, from);
  const port =
    /(?:--port|-p)[\s"',=]+(\d{2,5})/.exec(rest)?.[1] ?? /--bind[\s"',=]+\S*?:(\d{2,5})/.exec(rest)?.[1];
  const folder = /\bcd\s+([\w./-]+)/.exec(before)?.[1];
  const paths = [/--app-dir[\s"',=]+([\w./-]+)/.exec(rest)?.[1], /PYTHONPATH=([\w./-]+)/.exec(before)?.[1]];
  return {
    file,
    line: position(text, from).line,
    module: target.module,
    attribute: target.attribute,
    factory: /--factory\b/.test(rest),
    pythonPath: paths.filter((path): path is string => path !== undefined),
    start: target.at,
    end: target.at + target.module.length + 1 + target.attribute.length,
    ...(port && { port: Number(port) }),
    ...(folder && { folder }),
  };
}
