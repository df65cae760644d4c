import { posix } from 'node:path';
import { readJsonc, record, strings } from '../../settings/jsonc.ts';
import type { Workspace } from '../../workspace.ts';

type Files = Pick<Workspace, 'read' | 'has' | 'files'>;

/** `@/*` → folders, from the tsconfig.json (or jsconfig.json) that holds for a file. */
interface PathAliases {
  /** Folder that the targets are relative to. */
  base: string;
  paths: [pattern: string, targets: string[]][];
  /** True where `baseUrl` is set: any bare name may be a file below it. */
  bare: boolean;
}

/** What a bare import may mean in a workspace: an alias of a tsconfig, `#name` of a package.json, or another package of the repository. */
export class Aliases {
  private readonly files: Files;
  private readonly configs = new Map<string, PathAliases | undefined>();
  private packages: Map<string, { root: string; data: Record<string, unknown> }> | undefined;

  constructor(files: Files) {
    this.files = files;
  }

  /** Paths, without an extension where the alias has none, that a bare name may stand for in a file; the likeliest first. */
  candidates(from: string, module: string): string[] {
    return [
      ...this.fromConfig(from, module),
      ...this.fromImports(from, module),
      ...this.fromPackages(module),
    ];
  }

  /** The names, without an extension, by which the tsconfig that holds for a file would find another. */
  namesOf(from: string, file: string): string[] {
    const config = this.configFor(posix.dirname(from));
    if (!config) return [];
    const path = file.replace(/\.[cm]?[jt]sx?$/, '');
    return [path, path.replace(/\/index$/, '')].flatMap((target) => [
      ...config.paths.flatMap(([pattern, targets]) =>
        targets.flatMap((one) => {
          const star = matchStar(posix.join(config.base, one), target);
          return star === undefined ? [] : [pattern.replace('*', star)];
        }),
      ),
      ...(config.bare ? [posix.relative(config.base, target)] : []),
    ]);
  }

  private fromConfig(from: string, module: string): string[] {
    const config = this.configFor(posix.dirname(from));
    if (!config) return [];
    const aliased = config.paths.flatMap(([pattern, targets]) => {
      const star = matchStar(pattern, module);
      return star === undefined ? [] : targets.map((target) => target.replace('*', star));
    });
    return [...aliased, ...(config.bare ? [module] : [])].map((path) => posix.join(config.base, path));
  }

  /** package.json's `imports`: `"#db": "./src/db.js"`. */
  private fromImports(from: string, module: string): string[] {
    if (!module.startsWith('#')) return [];
    for (const folder of foldersUp(posix.dirname(from))) {
      const file = this.files.read(posix.join(folder, 'package.json'));
      if (!file) continue;
      return Object.entries(record(record(readJsonc(file.text)).imports)).flatMap(([pattern, target]) => {
        const star = matchStar(pattern, module);
        return star === undefined
          ? []
          : targetsOf(target).map((one) => posix.join(folder, one.replace('*', star)));
      });
    }
    return [];
  }

  /** A package of the same repository: its `exports`, `main`, or what people call its entry. */
  private fromPackages(module: string): string[] {
    const [, name = '', below = ''] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(module) ?? [];
    const found = this.repositoryPackages().get(name);
    if (!found) return [];
    const { root, data } = found;
    const exports = record(typeof data.exports === 'string' ? { '.': data.exports } : data.exports);
    const declared = targetsOf(exports[below === '' ? '.' : `./${below}`]);
    const main = below === '' ? strings({ source: data.source, main: data.main }) : {};
    const built = [...declared, ...Object.values(main)].flatMap((path) => [
      path,
      path.replace(/^(\.\/)?(dist|lib|build)\//, 'src/'),
    ]);
    const usual = below === '' ? ['src/index', 'index'] : [below, `src/${below}`];
    return [...built, ...usual].map((path) => posix.join(root, path));
  }

  private repositoryPackages(): Map<string, { root: string; data: Record<string, unknown> }> {
    this.packages ??= new Map(
      this.files
        .files()
        .filter((path) => /(^|\/)package\.json$/.test(path) && !/(^|\/)node_modules\//.test(path))
        .flatMap((path) => {
          const data = record(readJsonc(this.files.read(path)?.text ?? ''));
          return typeof data.name === 'string'
            ? [[data.name, { root: posix.dirname(path), data }] as const]
            : [];
        }),
    );
    return this.packages;
  }

  private configFor(folder: string): PathAliases | undefined {
    for (const at of foldersUp(folder)) {
      for (const name of ['tsconfig.json', 'jsconfig.json']) {
        const path = posix.join(at, name);
        if (this.files.has(path)) return this.config(path, 5);
      }
    }
    return undefined;
  }

  private config(path: string, depth: number): PathAliases | undefined {
    if (this.configs.has(path)) return this.configs.get(path);
    const data = record(readJsonc(this.files.read(path)?.text ?? ''));
    const options = record(data.compilerOptions);
    const parents = [data.extends].flat().filter((one) => typeof one === 'string' && one.startsWith('.'));
    const inherited = parents
      .map((one) => {
        const parent = posix.join(posix.dirname(path), String(one));
        return depth > 0
          ? this.config(parent.endsWith('.json') ? parent : `${parent}.json`, depth - 1)
          : undefined;
      })
      .findLast((one) => one !== undefined);
    const bare = typeof options.baseUrl === 'string';
    const base = posix.join(posix.dirname(path), bare ? String(options.baseUrl) : '.');
    const own = Object.entries(record(options.paths)).map(([pattern, targets]): [string, string[]] => [
      pattern,
      [targets].flat().filter((one): one is string => typeof one === 'string'),
    ]);
    const found = own.length > 0 || bare ? { base, paths: own, bare } : inherited;
    this.configs.set(path, found);
    return found;
  }
}

function matchStar(pattern: string, text: string): string | undefined {
  const [head = '', tail, more] = pattern.split('*');
  if (tail === undefined) return text === pattern ? '' : undefined;
  const fits =
    more === undefined &&
    text.length >= head.length + tail.length &&
    text.startsWith(head) &&
    text.endsWith(tail);
  return fits ? text.slice(head.length, text.length - tail.length) : undefined;
}

/** The files that a conditional export names: `{ import: './a.mjs', require: './a.cjs' }`. */
function targetsOf(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  return Object.values(record(target)).flatMap(targetsOf);
}

/** A folder and those above it, up to the root, which is `.`. */
function foldersUp(folder: string): string[] {
  return folder === '.' || folder === '' ? ['.'] : [folder, ...foldersUp(posix.dirname(folder))];
}
