import type { SourceFile } from '../../files/source-file.ts';
import type { Workspace } from '../../workspace.ts';
import type { ScriptModules } from './modules.ts';
import { isJavaScript } from './parse.ts';

/**
 * What may stand behind `from`, `import`, `import(` or `require(`: all that the syntax tree has, and here and there more.
 * Only files in which this finds a way are parsed.
 */
const IMPORTED = /\b(?:from|import|require)\s*\(?\s*(?:\/\*[^*]*\*\/\s*)?(['"])([^'"\n]+)\1/g;

/** What starts a server of GraphQL: it hands what it imports to the resolvers, whose files need not import it. */
export const SERVERS = ['ApolloServer', 'GraphQLServer', 'expressMiddleware'];

/** Read again only where the text is another. */
const imports = new WeakMap<SourceFile, readonly string[]>();

/** A list of packages, and of each file that was met whether it may hold a value of one. */
interface Asked {
  names: RegExp;
  known: Map<string, boolean>;
}

/**
 * Which files can hold a value of a package: those that name it, and those that import one of them, however far away. A value of a
 * package is followed along imports alone (trace.ts), so that nothing is found in any other file, whatever its methods are called; but
 * for what a file that names it hands to the functions that it imports, and a server of GraphQL to the files that it loads.
 */
export class Reach {
  private readonly workspace: Pick<Workspace, 'read' | 'files'>;
  private readonly modules: Pick<ScriptModules, 'resolve'>;
  private readonly asked = new Map<string, Asked>();
  private readonly loaded = new Map<string, Set<string>>();
  private servers: string[] | undefined;
  private importers: Map<string, string[]> | undefined;

  constructor(workspace: Pick<Workspace, 'read' | 'files'>, modules: Pick<ScriptModules, 'resolve'>) {
    this.workspace = workspace;
    this.modules = modules;
  }

  /** True where a file (path relative to the workspace) may hold a value of one of the packages. */
  isIn(path: string, packages: readonly string[]): boolean {
    const key = packages.join();
    const asked = this.asked.get(key) ?? { names: namesOf(packages), known: new Map() };
    this.asked.set(key, asked);
    return (
      (asked.known.get(path) ?? this.search(path, asked)) ||
      // `require('./routes')(app, client)`
      this.importersOf(path).some((one) => asked.names.test(this.workspace.read(one)?.text ?? '')) ||
      this.isHanded(path, asked)
    );
  }

  /** True where loading one file loads the other. */
  loads(from: string, path: string): boolean {
    const files = this.loaded.get(from) ?? new Set([from]);
    if (!this.loaded.has(from))
      for (const file of files) for (const next of this.imported(file)) files.add(next);
    this.loaded.set(from, files);
    return files.has(path);
  }

  /** The files that import a file by a name that is written out; told from their texts, which are gone through once. */
  importersOf(path: string): readonly string[] {
    this.importers ??= this.allImporters();
    return this.importers.get(path) ?? [];
  }

  private allImporters(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const file of this.workspace.files().filter(isJavaScript)) {
      for (const imported of new Set(this.imported(file))) {
        const others = found.get(imported);
        if (others) others.push(file);
        else found.set(imported, [file]);
      }
    }
    return found;
  }

  private isHanded(path: string, asked: Asked): boolean {
    this.servers ??= this.workspace
      .files()
      .filter((file) => isJavaScript(file) && isServer(this.workspace.read(file)?.text));
    return this.servers.some(
      (server) => (asked.known.get(server) ?? this.search(server, asked)) && this.loads(server, path),
    );
  }

  /** Goes along the imports, the nearest first. Where nothing is found, nothing is behind any of the files that were met. */
  private search(start: string, { names, known }: Asked): boolean {
    const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
    for (const path of cameFrom.keys()) {
      const answer = known.get(path);
      if (answer === false) continue;
      if (answer || names.test(this.workspace.read(path)?.text ?? '')) {
        for (let at: string | undefined = path; at !== undefined; at = cameFrom.get(at)) known.set(at, true);
        return true;
      }
      for (const next of this.imported(path)) if (!cameFrom.has(next)) cameFrom.set(next, path);
    }
    for (const path of cameFrom.keys()) known.set(path, false);
    return false;
  }

  /** The files that a file imports by names that are written out, and here and there more; told from its text. */
  imported(path: string): string[] {
    const file = this.workspace.read(path);
    if (!file) return [];
    const named = imports.get(file) ?? [...file.text.matchAll(IMPORTED)].map(([, , module]) => module ?? '');
    imports.set(file, named);
    return named.flatMap((module) => this.modules.resolve(path, module) ?? []);
  }
}

function isServer(text = ''): boolean {
  return SERVERS.some((word) => text.includes(word));
}

/** The names as words: `jpg` does not name pg. */
function namesOf(packages: readonly string[]): RegExp {
  const words = packages.map((name) => escaped(family(name)) + (name.startsWith('@') ? '' : '(?!\\w)'));
  return new RegExp(`(?<!\\w)(?:${words.join('|')})`, 'i');
}

/** Packages of one scope hand each other's things on: `@mikro-orm/postgresql` has all of `@mikro-orm/core`. */
function family(name: string): string {
  return name.startsWith('@') ? name.slice(0, name.indexOf('/') + 1) : name;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
