import { posix } from 'node:path';
import { dirname, join } from '../languages/python/modules.ts';
import { type DockerStep, execWords, readDockerfile } from '../settings/dockerfile.ts';
import { shellWords } from '../settings/shell-words.ts';
import type { Workspace } from '../workspace.ts';

/** What an image holds of a project, and where its command is run. */
export interface Image {
  /** The folders that Python looks for modules in, as the image calls them; the one of the command first. */
  paths: string[];
  copies: Copied[];
}

/** A file or a folder of the project, and what the image calls it. */
interface Copied {
  from: string;
  to: string;
}

/** `COPY` as written: the sources from the folder of the build. */
interface Copy {
  sources: string[];
  to: string;
  intoFolder: boolean;
}

const PLAIN_IMAGE = /^(\S*\/)?(python|debian|ubuntu|alpine)(:|@|$)|:python\d/i;

/** Steps that may put modules where no COPY says so. */
const BRINGS_CODE =
  /\binstall\s(.*\s)?(-e\b|--editable|['"]?\.{1,2}(\/|\[|['"\s]|$))|\bsetup\.py\b|\b(poetry|pdm|flit|hatch)\s+install\b(?!.*--no-root)|\buv\s+sync\b(?!.*--no-install-project)|\b(git\s+clone|mv|cp|ln|unzip|tar|rsync)\s/;

/** Such files are no modules. */
const NO_MODULES = /\.(txt|toml|lock|cfg|ini|json|ya?ml|md)\*?$/i;

/**
 * The images that a Dockerfile may make: one for each folder above it that it can be built from. Empty where what they hold, or
 * where their command is run, is not plainly said: another stage or image brings code, a name has variables, the package is installed.
 */
export function imagesOf(workspace: Workspace, path: string): Image[] {
  const file = workspace.read(path);
  const read = file && readDockerfile(file);
  if (!read?.workdir || !PLAIN_IMAGE.test(read.image ?? '')) return [];
  if ((read.command && read.entrypoint) || workspace.files().some((each) => installsProject(workspace, each)))
    return [];
  const said = new Said();
  if (!read.steps.every((step) => said.take(step))) return [];
  const paths = [said.workdir, ...said.pythonPath];
  return foldersAbove(path).flatMap((folder) => {
    const copies = said.copies.map((copy) => placed(workspace, folder, copy));
    return copies.every((each) => each !== undefined) ? [{ paths, copies: copies.flat() }] : [];
  });
}

/** A requirements file with the project itself in it. */
function installsProject(workspace: Workspace, file: string): boolean {
  const text = /requirements[^/]*\.txt$/.test(file) ? workspace.read(file)?.text : undefined;
  return text !== undefined && /^\s*(-e\b|--editable|\.{1,2}(\/|\[|\s*$))/m.test(text);
}

/** What the steps of a Dockerfile say so far. */
class Said {
  workdir = '/';
  pythonPath: string[] = [];
  readonly copies: Copy[] = [];

  /** False where a step cannot be followed. */
  take({ keyword, text }: DockerStep): boolean {
    if (keyword === 'RUN') return !BRINGS_CODE.test(text);
    if (keyword === 'ENV') return this.environment(text);
    if (keyword === 'WORKDIR') {
      this.workdir = posix.resolve(this.workdir, text.trim());
      return !text.includes('$');
    }
    return (keyword !== 'COPY' && keyword !== 'ADD') || this.copy(text);
  }

  private environment(text: string): boolean {
    const set = /\bPYTHONPATH(?:=|\s+)["']?([^\s"']*)/.exec(text)?.[1];
    const folders = (set ?? '').split(':').filter((each) => each !== '' && !/^\$\{?PYTHONPATH/.test(each));
    this.pythonPath.push(...folders.map((each) => posix.resolve(this.workdir, each)));
    return folders.every((each) => !each.includes('$'));
  }

  private copy(text: string): boolean {
    const words = (execWords(text.replace(/^(\s*--\S+)+/, '')) ?? shellWords(text)).map(({ value }) => value);
    const named = words.filter((word) => !word.startsWith('--'));
    const written = named.pop();
    if (written === undefined || named.length === 0 || /[$<]/.test(named.join(' ') + written)) return false;
    const to = posix.resolve(this.workdir, written);
    if (text.includes('--from='))
      return named.every((each) => NO_MODULES.test(each)) || !this.mayHoldModules(to);
    const sources = named.filter((each) => !(/[*?[]/.test(each) && NO_MODULES.test(each)));
    if (sources.some((each) => /[*?[]|:\/\/|\.(zip|t?gz|tar)$/.test(each))) return false;
    const intoFolder = named.length > 1 || /(^|\/)\.?$/.test(written);
    this.copies.push({ sources: sources.map((each) => posix.normalize(`./${each}`)), to, intoFolder });
    return true;
  }

  /** Another stage's files in a folder where modules are looked for; the packages of an environment are none of the project's. */
  private mayHoldModules(to: string): boolean {
    if (/\/(site-packages|\.?venv|bin|lib)(\/|$)/.test(to)) return false;
    return [this.workdir, ...this.pythonPath].some(
      (folder) => isIn(to, folder) || isIn(folder, to.replace(/^\/usr.*/, '/usr')),
    );
  }
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function foldersAbove(path: string): string[] {
  const found = [dirname(path)];
  for (let at = dirname(path); at !== ''; ) {
    at = dirname(at);
    found.push(at);
  }
  return found;
}

/** What a COPY brings where the image is built from a folder; undefined where a source is not there. */
function placed(
  workspace: Workspace,
  folder: string,
  { sources, to, intoFolder }: Copy,
): Copied[] | undefined {
  const found = sources.map((source): Copied | undefined => {
    const from = join(folder, source.replace(/^\.?\/+|^\.$|\/$/g, '')).replace(/\/$/, '');
    if (workspace.has(from)) return { from, to: intoFolder ? posix.join(to, posix.basename(from)) : to };
    const isFolder = from === '' || workspace.files().some((file) => file.startsWith(`${from}/`));
    return isFolder ? { from, to } : undefined;
  });
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** What the image calls a file of the project; empty where it does not hold it. */
export function namesInImage(image: Image, file: string): string[] {
  return image.copies.flatMap(({ from, to }) => {
    if (from === file) return [to];
    const inside = from === '' ? file : file.startsWith(`${from}/`) ? file.slice(from.length + 1) : undefined;
    return inside === undefined ? [] : [posix.join(to, inside)];
  });
}

/** The file of the project that a module is, where Python looks for it in these folders of the image. */
export function moduleInImage(
  workspace: Workspace,
  image: Image,
  folders: readonly string[],
  module: string,
): string | undefined {
  const wanted = folders.flatMap((folder) => filesOfModule(folder, module));
  for (const path of wanted) {
    for (const { from, to } of image.copies.toReversed()) {
      const file = path === to ? from : isIn(path, to) ? join(from, posix.relative(to, path)) : undefined;
      if (file !== undefined && workspace.has(file)) return file;
    }
  }
  return undefined;
}

/** Where a module is looked for in a folder. */
export function filesOfModule(folder: string, module: string): string[] {
  const path = posix.join(folder, module.replaceAll('.', '/'));
  return [`${path}.py`, `${path}/__init__.py`];
}
