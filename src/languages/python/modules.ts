import type { Workspace } from '../../workspace.ts';
import { PythonDocument } from './document.ts';

/** What a module name means at a place. */
export type ModuleTarget =
  | { kind: 'project'; document: PythonDocument }
  /** A folder without `__init__.py`. */
  | { kind: 'namespace'; folder: string }
  /** Its first part is a folder or file of the project, but there is no such module. */
  | { kind: 'missing'; name: string }
  | { kind: 'external'; name: string };

/** The Python modules of a workspace: which file an import means. Documents are parsed when they are first asked for. */
export class PythonModules {
  private readonly documents = new Map<string, PythonDocument | undefined>();
  private readonly folders = new Set<string>(['']);
  private readonly targets = new Map<string, ModuleTarget>();
  private readonly roots = new Map<string, string[]>();
  private readonly workspace: Workspace;
  private readonly extraRoots: readonly string[];

  /** `extraRoots`: folders that the start command puts on the path. */
  constructor(workspace: Workspace, extraRoots: readonly string[] = []) {
    this.workspace = workspace;
    this.extraRoots = extraRoots;
    for (const path of workspace.files()) {
      for (let folder = dirname(path); !this.folders.has(folder); folder = dirname(folder))
        this.folders.add(folder);
    }
  }

  document(path: string): PythonDocument | undefined {
    if (!this.documents.has(path)) {
      const file = path.endsWith('.py') ? this.workspace.read(path) : undefined;
      this.documents.set(path, file && new PythonDocument(file, this));
    }
    return this.documents.get(path);
  }

  /** Resolves `a.b`, `.b` or `..` as written in the file `from`. */
  resolve(from: string, module: string): ModuleTarget {
    const key = `${dirname(from)}\0${module}`;
    const target = this.targets.get(key) ?? this.find(from, module);
    this.targets.set(key, target);
    return target;
  }

  private find(from: string, module: string): ModuleTarget {
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    const parts = module.slice(dots).split('.').filter(Boolean);
    if (dots > 0) {
      let folder = dirname(from);
      for (let up = 1; up < dots; up++) folder = dirname(folder);
      return this.locate(folder, parts) ?? { kind: 'missing', name: module };
    }
    const roots = this.rootsFor(from);
    for (const root of roots) {
      const found = this.locate(root, parts);
      if (found) return found;
    }
    const first = parts[0] ?? module;
    const ours = roots.some((root) => this.isPackage(join(root, first)));
    return ours ? { kind: 'missing', name: module } : { kind: 'external', name: module };
  }

  /** Resolves the submodule `name` of the package that `document` is the `__init__.py` of. */
  submodule(document: PythonDocument, name: string): ModuleTarget | undefined {
    if (!document.isPackage) return undefined;
    return this.locate(dirname(document.file.path), [name]);
  }

  /** A module or folder below a namespace folder. */
  below(folder: string, name: string): ModuleTarget | undefined {
    return this.locate(folder, [name]);
  }

  /** The folder from which a file's absolute imports start: above its outermost package. */
  sourceRoot(path: string): string {
    let folder = dirname(path);
    while (folder !== '' && this.workspace.has(join(folder, '__init__.py'))) folder = dirname(folder);
    return folder;
  }

  /** `src.core.database` for a file, counted from a folder that is on the path. */
  moduleName(path: string, root = this.sourceRoot(path)): string {
    const inside = root === '' ? path : path.slice(root.length + 1);
    return inside
      .replace(/\.py$/, '')
      .replace(/(^|\/)__init__$/, '')
      .split('/')
      .filter(Boolean)
      .join('.');
  }

  /** Folders that an absolute import of a file may start from, the likeliest first. */
  rootsFor(from: string): string[] {
    const folder = dirname(from);
    const roots = this.roots.get(folder) ?? this.findRoots(from);
    this.roots.set(folder, roots);
    return roots;
  }

  private findRoots(from: string): string[] {
    const own = this.sourceRoot(from);
    const roots = [own, ...this.extraRoots];
    for (let folder = own; folder !== ''; ) {
      folder = dirname(folder);
      roots.push(folder);
    }
    const plain = roots.filter((root) => !this.workspace.has(join(root, '__init__.py')) || root === own);
    return [...new Set(plain.flatMap((root) => [root, join(root, 'src')]))].filter((root) =>
      this.folders.has(root),
    );
  }

  isFolder(folder: string): boolean {
    return this.folders.has(folder);
  }

  /** True where the folder or file is one of the project's own top-level modules. */
  private isPackage(path: string): boolean {
    return this.workspace.has(`${path}.py`) || this.workspace.has(join(path, '__init__.py'));
  }

  private locate(root: string, parts: string[]): ModuleTarget | undefined {
    const path = parts.length === 0 ? root : join(root, parts.join('/'));
    const document =
      this.document(join(path, '__init__.py')) ??
      (parts.length > 0 ? this.document(`${path}.py`) : undefined);
    if (document) return { kind: 'project', document };
    return this.hasPython(path) ? { kind: 'namespace', folder: path } : undefined;
  }

  private pythonFolders: Set<string> | undefined;

  private hasPython(folder: string): boolean {
    if (!this.pythonFolders) {
      this.pythonFolders = new Set();
      for (const path of this.workspace.files()) {
        if (!path.endsWith('.py')) continue;
        for (let at = dirname(path); !this.pythonFolders.has(at); at = dirname(at))
          this.pythonFolders.add(at);
      }
    }
    return this.pythonFolders.has(folder);
  }
}

export function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
