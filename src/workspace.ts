import type { SourceFile } from './files/source-file.ts';
import type { Problem } from './types.ts';

/**
 * The files below one folder as the stages see them: what is on disk, with the edits of earlier passes laid over.
 * It never writes. Paths are relative to the root, with `/`.
 */
export class Workspace {
  readonly absoluteRoot: string;
  private readonly paths: ReadonlySet<string>;
  private readonly readFromDisk: (path: string) => SourceFile | Problem | undefined;
  private readonly overlay: ReadonlyMap<string, SourceFile>;
  private sorted: readonly string[] | undefined;
  private readonly cache: Map<string, SourceFile | Problem | undefined>;

  constructor(
    absoluteRoot: string,
    paths: Iterable<string>,
    readFromDisk: (path: string) => SourceFile | Problem | undefined,
    overlay: ReadonlyMap<string, SourceFile> = new Map(),
    cache: Map<string, SourceFile | Problem | undefined> = new Map(),
  ) {
    this.absoluteRoot = absoluteRoot;
    this.paths = new Set(paths);
    this.readFromDisk = readFromDisk;
    this.overlay = overlay;
    this.cache = cache;
  }

  /** Every file that belongs to the project, sorted. Ignored files are left out, but for `.env` files. */
  files(): string[] {
    this.sorted ??= [...new Set([...this.paths, ...this.overlay.keys()])].sort();
    return [...this.sorted];
  }

  has(path: string): boolean {
    return this.overlay.has(path) || this.paths.has(path);
  }

  /** The decoded file, or undefined where it is not there or cannot be read: `problem` says why. */
  read(path: string): SourceFile | undefined {
    const found = this.overlay.get(path) ?? this.fromDisk(path);
    return found && 'text' in found ? found : undefined;
  }

  /** Why a file could not be read, if it could not. */
  problem(path: string): Problem | undefined {
    const found = this.overlay.has(path) ? undefined : this.fromDisk(path);
    return found && 'message' in found ? found : undefined;
  }

  /** The same workspace with some files' texts replaced. */
  with(changed: Iterable<SourceFile>): Workspace {
    const overlay = new Map(this.overlay);
    for (const file of changed) overlay.set(file.path, file);
    return new Workspace(this.absoluteRoot, this.paths, this.readFromDisk, overlay, this.cache);
  }

  private fromDisk(path: string): SourceFile | Problem | undefined {
    if (!this.paths.has(path)) return undefined;
    if (!this.cache.has(path)) this.cache.set(path, this.readFromDisk(path));
    return this.cache.get(path);
  }
}
