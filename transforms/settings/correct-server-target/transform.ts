import { posix } from 'node:path';
import { applicationsOf, uvicornRuns } from '../../../src/backend/applications.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { type DocumentedCommand, documentedCommands } from '../../../src/backend/commands.ts';
import { moduleFile } from '../../../src/backend/entry.ts';
import {
  filesOfModule,
  type Image,
  imagesOf,
  moduleInImage,
  namesInImage,
} from '../../../src/backend/image.ts';
import { isMadeByReader, isOutput, isPage } from '../../../src/backend/page-commands.ts';
import { isInForeignService } from '../../../src/backend/services.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { dirname, join } from '../../../src/languages/python/modules.ts';
import { stringContent } from '../../../src/languages/python/tree.ts';
import { readDockerfile } from '../../../src/settings/dockerfile.ts';
import { normaliseName } from '../../../src/settings/requirement.ts';
import { settingsKind } from '../../../src/settings/variables.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { EntryPoint } from '../../../src/types.ts';

export default {
  title: 'Start the application that is there',
  why: 'The server is told to import a module or a name that does not exist, so it ends before it has begun.',
  safety: 'safe',
  docs: 'https://www.uvicorn.org/#command-line-options',
  tasks: ['T034', 'T035'],
  fixes: [/Error loading ASGI app\. (Could not import module|Attribute) "[\w.]+"/],
  detect(backend) {
    const { entry } = backend.facts;
    return entry ? [...inDocuments(backend, entry), ...inCode(backend, entry)] : [];
  },
} satisfies Transform<'settings'>;

function inDocuments(backend: Backend, entry: EntryPoint): Draft[] {
  const python = new Set(backend.facts.files);
  return documentedCommands(backend.workspace, [])
    .filter(
      (command) => !python.has(command.file) && isCommand(backend, command) && concerns(backend, command),
    )
    .flatMap((command) => {
      const images = imagesWith(backend, command, entry);
      if (images.length > 0) return inImages(backend, command, entry, images);
      return resolves(backend, command.module, command.attribute) ? [] : [elsewhere(command, entry)];
    });
}

/** A line that somebody took out, what another project's image runs, what a program prints, and what a page has its reader write start nothing here. */
function isCommand({ workspace }: Backend, command: DocumentedCommand): boolean {
  const text = workspace.read(command.file)?.text ?? '';
  const before = text.slice(text.lastIndexOf('\n', command.start - 1) + 1, command.start);
  if (isInForeignService(workspace, command.file, command.start)) return false;
  if (!isPage(command.file)) return !/(^|\s)#/.test(before);
  return !/^\s*#/.test(before) && !isOutput(text, command) && !isMadeByReader(text, command);
}

/** A monorepo's other backends have commands of their own. */
function concerns(backend: Backend, command: DocumentedCommand): boolean {
  const folder = startFolder(command);
  return (
    backend.facts.root === '' || folder === backend.facts.root || folder.startsWith(`${backend.facts.root}/`)
  );
}

function startFolder({ file, folder }: DocumentedCommand): string {
  return posix.normalize(join(dirname(file), folder ?? '')).replace(/^\.?\/|^\.$|\/$/g, '');
}

/** The images that a Dockerfile's own command is run in; none where it is another command, or they are not plainly said. */
function imagesWith({ workspace }: Backend, command: DocumentedCommand, entry: EntryPoint): Image[] {
  const file = workspace.read(command.file);
  if (!file || settingsKind(command.file) !== 'dockerfile') return [];
  const read = readDockerfile(file);
  const range = (read.command ?? read.entrypoint)?.range;
  if (!range || command.start < range.start || command.end > range.end) return [];
  const written = file.text.slice(range.start, range.end);
  if (/\bcd\s|--(chdir|pythonpath|directory|project)\b|PYTHONPATH/.test(written)) return [];
  return imagesOf(workspace, command.file).filter((image) => namesInImage(image, entry.file).length > 0);
}

/** A target that is in none of the images, where all agree on what is in its place. */
function inImages(
  backend: Backend,
  command: DocumentedCommand,
  entry: EntryPoint,
  images: readonly Image[],
): Draft[] {
  const foldersOf = ({ paths }: Image) => [
    ...paths,
    ...command.pythonPath.map((path) => posix.resolve(paths[0] ?? '/', path)),
  ];
  const isThere = images.some((image) => {
    const file = moduleInImage(backend.workspace, image, foldersOf(image), command.module);
    return file !== undefined && offers(backend.pythonDocument(file), command.attribute);
  });
  if (isThere || isInstalled(backend, command.module)) return [];
  const reached = images.every((image) => {
    const names = namesInImage(image, entry.file);
    return foldersOf(image)
      .flatMap((folder) => filesOfModule(folder, entry.module))
      .some((path) => names.includes(path));
  });
  if (reached) return [correction(command.file, command, textOf(command), entry)];
  const [image] = images;
  const held = image ? namesInImage(image, entry.file).join(', ') : '';
  return [
    {
      subject: textOf(command),
      at: { file: command.file, start: command.start, end: command.end },
      safety: 'report',
      message: `${textOf(command)} is not in the image where its command is run, ${image?.paths[0]}; the application is in ${held}.`,
      next: `Set WORKDIR, or --app-dir, to the folder that ${entry.module} is imported from, and start ${targetOf(entry)}.`,
    },
  ];
}

function textOf({ module, attribute }: DocumentedCommand): string {
  return `${module}:${attribute}`;
}

function targetOf({ module, attribute }: EntryPoint): string {
  return `${module}:${attribute}`;
}

/** Where the command is run in the folder that the application is imported from, its target is known. */
function elsewhere(command: DocumentedCommand, entry: EntryPoint): Draft {
  const draft = correction(command.file, command, textOf(command), entry);
  const folders = ['', ...command.pythonPath].map((path) => join(startFolder(command), path));
  if (folders.some((folder) => folder.replace(/^\.?\/|\/$/g, '') === entry.cwd)) return draft;
  const { subject, at, message } = draft;
  const next = `Start it in ${entry.cwd || 'the root of the project'}, or with --app-dir, as ${targetOf(entry)}.`;
  return { subject, at, message, safety: 'report', next };
}

function inCode(backend: Backend, entry: EntryPoint): Draft[] {
  return backend.sources
    .filter(({ text }) => text.includes('uvicorn'))
    .flatMap((document) =>
      uvicornRuns(document).flatMap((call) => {
        const content = positional(call)[0] && stringContent(positional(call)[0] ?? call);
        const [module, attribute] = content?.text.split(':') ?? [];
        if (!content || !module || !attribute || resolves(backend, module, attribute)) return [];
        // The script itself, under the name that it runs by.
        if (module === '__main__' && document.scopes.module.bindings.has(attribute)) return [];
        const draft = correction(document.path, content, content.text, entry);
        const [own] = document.path === entry.file ? [] : applicationsOf(document);
        return [own ? ofScript(draft, own.name) : draft];
      }),
    );
}

/** A script with an application of its own means that one; what its module is called hangs on how the script is run. */
function ofScript({ subject, at }: Draft, name: string): Draft {
  return {
    subject,
    at,
    safety: 'report',
    message: `${subject} is nowhere in this project; this file has an application of its own, ${name}.`,
    next: `Give uvicorn.run ${name} itself, or the name that this module is imported by.`,
  };
}

function correction(file: string, at: { start: number; end: number }, old: string, entry: EntryPoint): Draft {
  const target = targetOf(entry);
  return {
    subject: old,
    at: { file, start: at.start, end: at.end },
    message: `${old} is nowhere in this project; the application is ${target}.`,
    edits: [{ file, start: at.start, end: at.end, text: target }],
  };
}

/** True where some folder of the project has such a module with such a name, or a package brings it: where the command is run we cannot know. */
function resolves(backend: Backend, module: string, attribute: string): boolean {
  if (isInstalled(backend, module)) return true;
  const folders = new Set(
    backend.workspace
      .files()
      .filter((file) => file.endsWith('.py'))
      .flatMap((file) => ancestors(file)),
  );
  return [...folders].some((folder) => {
    const file = moduleFile(backend.workspace, folder, module);
    return file !== undefined && offers(backend.pythonDocument(file), attribute);
  });
}

function offers(document: PythonDocument | undefined, attribute: string): boolean {
  return (
    document !== undefined &&
    (document.scopes.module.bindings.has(attribute) || document.scopes.stars.length > 0)
  );
}

/** The application of a package that is required: `mlflow.server:app`. */
function isInstalled(backend: Backend, module: string): boolean {
  return backend.requires(normaliseName(module.split('.')[0] ?? module));
}

function ancestors(file: string): string[] {
  const found = [''];
  for (let at = dirname(file); at !== ''; at = dirname(at)) found.push(at);
  return found;
}
