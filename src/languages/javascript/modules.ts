import { posix } from 'node:path';
import { readJsonc, record } from '../../settings/jsonc.ts';
import type { Workspace } from '../../workspace.ts';
import { Aliases } from './aliases.ts';
import { isBuilt } from './built.ts';
import type { JavaScriptDocument } from './document.ts';
import { isJavaScript } from './parse.ts';
import { Reach } from './reach.ts';
import { Script } from './script.ts';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
/** TypeScript's ESM imports name the file that will be built. */
const SOURCE: Record<string, string[]> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

interface Home {
  workspace: Pick<Workspace, 'read' | 'has' | 'files'>;
  javascriptDocument(path: string): JavaScriptDocument | undefined;
}

const known = new WeakMap<Home, ScriptModules>();

/** The modules of a backend. A file is parsed when something of it is asked for, not before. */
export function modulesOf(home: Home): ScriptModules {
  const found = known.get(home) ?? new ScriptModules(home);
  known.set(home, found);
  return found;
}

/** Which file an import means, and the parsed files. */
export class ScriptModules {
  /** Which files can hold a value of a package. */
  readonly reach: Reach;
  private readonly home: Home;
  private readonly named: Aliases;
  private readonly scripts = new Map<string, Script | undefined>();
  private readonly resolved = new Map<string, string | undefined>();
  private own: ReadonlySet<string> | undefined;

  constructor(home: Home) {
    this.home = home;
    this.named = new Aliases(home.workspace);
    this.reach = new Reach(home.workspace, this);
  }

  /** The parsed file, shared by all who ask; undefined where it is not there or does not parse. */
  script(path: string): Script | undefined {
    if (!this.scripts.has(path)) {
      const document = this.home.javascriptDocument(path);
      const program = document?.tree?.program;
      const script = document && program && new Script(path, document.text, program as never, this, true);
      this.scripts.set(path, script);
    }
    return this.scripts.get(path);
  }

  document(path: string): JavaScriptDocument | undefined {
    return this.home.javascriptDocument(path);
  }

  /** Lets go of the parsed files. Nobody may hold a node of one any more. */
  forget(): void {
    this.scripts.clear();
  }

  /** The file of the workspace that an import in `from` means; undefined for an installed package and for what is not there. */
  resolve(from: string, module: string): string | undefined {
    const key = `${posix.dirname(from)}\n${module}`;
    if (!this.resolved.has(key)) this.resolved.set(key, this.find(from, module));
    return this.resolved.get(key);
  }

  /** The bare names by which a file can import another one of the workspace. */
  aliases(from: string, file: string): string[] {
    return this.named
      .namesOf(from, file)
      .filter((name) => name !== '' && !/^\.{1,2}(\/|$)/.test(name) && this.resolve(from, name) === file);
  }

  /** What the nearest package.json above a file says of one of its fields. */
  packageField(path: string, field: string): unknown {
    for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
      const file = this.home.workspace.read(posix.join(folder, 'package.json'));
      if (file) return record(readJsonc(file.text))[field];
      if (folder === '.') return undefined;
    }
  }

  /** The files of the repository that import a file by a name that is written out; told from their texts. */
  importers(path: string): string[] {
    const own = this.files();
    return this.reach.importersOf(path).filter((one) => own.has(one));
  }

  /** Every file of the backend's repository whose text holds one of the words, parsed. */
  mentioning(...words: string[]): Script[] {
    return [...this.files()].flatMap((path) => {
      const text = this.home.workspace.read(path)?.text ?? '';
      return words.some((word) => text.includes(word)) ? (this.script(path) ?? []) : [];
    });
  }

  /** Told once: whether a compiler wrote a file is seen by its text. */
  private files(): ReadonlySet<string> {
    this.own ??= new Set(
      this.home.workspace
        .files()
        .filter((path) => isJavaScript(path) && !/(^|\/)node_modules\//.test(path))
        .filter((path) => !isBuilt(this.home.workspace, path)),
    );
    return this.own;
  }

  private find(from: string, module: string): string | undefined {
    const candidates = /^\.{1,2}(\/|$)/.test(module)
      ? [posix.join(posix.dirname(from), module)]
      : this.named.candidates(from, module);
    return candidates.flatMap(variants).find((path) => this.home.workspace.has(path));
  }
}

function variants(path: string): string[] {
  const extension = posix.extname(path);
  const sources = (SOURCE[extension] ?? []).map((one) => path.slice(0, -extension.length) + one);
  const whole = EXTENSIONS.includes(extension) ? [path] : [];
  return [
    ...sources,
    ...whole,
    ...EXTENSIONS.flatMap((one) => [path + one]),
    ...EXTENSIONS.map((one) => `${path}/index${one}`),
  ];
}
