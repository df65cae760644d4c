import { uvicornRuns } from '../../../src/backend/applications.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { type DocumentedCommand, documentedCommands } from '../../../src/backend/commands.ts';
import { moduleFile } from '../../../src/backend/entry.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import { dirname, join } from '../../../src/languages/python/modules.ts';
import { stringContent } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Start the application that is there',
  why: 'The server is told to import a module or a name that does not exist, so it ends before it has begun.',
  safety: 'safe',
  docs: 'https://www.uvicorn.org/#command-line-options',
  tasks: ['T034', 'T035'],
  fixes: [/Error loading ASGI app\. (Could not import module|Attribute) "[\w.]+"/],
  detect(backend) {
    if (!backend.facts.entry) return [];
    return [...inDocuments(backend), ...inCode(backend)];
  },
} satisfies Transform<'settings'>;

function inDocuments(backend: Backend): Draft[] {
  const python = new Set(backend.facts.files);
  return documentedCommands(backend.workspace, [])
    .filter(
      (command) =>
        !python.has(command.file) &&
        !isComment(backend, command) &&
        concerns(backend, command) &&
        !resolves(backend, command.module, command.attribute),
    )
    .map((command) => correction(backend, command.file, command, `${command.module}:${command.attribute}`));
}

/** A line that somebody took out of a Dockerfile starts nothing. */
function isComment({ workspace }: Backend, { file, start }: DocumentedCommand): boolean {
  const before = workspace.read(file)?.text.slice(0, start) ?? '';
  return /^\s*#/.test(before.slice(before.lastIndexOf('\n') + 1));
}

/** A monorepo's other backends have commands of their own. */
function concerns(backend: Backend, command: DocumentedCommand): boolean {
  const folder = command.folder ? join(dirname(command.file), command.folder) : dirname(command.file);
  return (
    backend.facts.root === '' || folder === backend.facts.root || folder.startsWith(`${backend.facts.root}/`)
  );
}

function inCode(backend: Backend): Draft[] {
  return backend.sources
    .filter(({ text }) => text.includes('uvicorn'))
    .flatMap((document) =>
      uvicornRuns(document).flatMap((call) => {
        const content = positional(call)[0] && stringContent(positional(call)[0] ?? call);
        const [module, attribute] = content?.text.split(':') ?? [];
        if (!content || !module || !attribute || resolves(backend, module, attribute)) return [];
        // The script itself, under the name that it runs by.
        if (module === '__main__' && document.scopes.module.bindings.has(attribute)) return [];
        return [correction(backend, document.path, content, content.text)];
      }),
    );
}

function correction(backend: Backend, file: string, at: { start: number; end: number }, old: string): Draft {
  const entry = backend.facts.entry;
  const target = `${entry?.module}:${entry?.attribute}`;
  return {
    subject: old,
    at: { file, start: at.start, end: at.end },
    message: `${old} is nowhere in this project; the application is ${target}.`,
    edits: [{ file, start: at.start, end: at.end, text: target }],
  };
}

/** True where some folder of the project has such a module with such a name: where the command is run we cannot know. */
function resolves(backend: Backend, module: string, attribute: string): boolean {
  const folders = new Set(
    backend.workspace
      .files()
      .filter((file) => file.endsWith('.py'))
      .flatMap((file) => ancestors(file)),
  );
  return [...folders].some((folder) => {
    const file = moduleFile(backend.workspace, folder, module);
    const document = file ? backend.pythonDocument(file) : undefined;
    if (!document) return false;
    return document.scopes.module.bindings.has(attribute) || document.scopes.stars.length > 0;
  });
}

function ancestors(file: string): string[] {
  const found = [''];
  for (let at = dirname(file); at !== ''; at = dirname(at)) found.push(at);
  return found;
}
