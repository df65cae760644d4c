import { JavaScriptDocument } from '../languages/javascript/document.ts';
import { modulesOf as scriptModulesOf } from '../languages/javascript/modules.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { PythonModules } from '../languages/python/modules.ts';
import { type Manifest, readManifest } from '../settings/manifest.ts';
import type { Requirement } from '../settings/requirement.ts';
import type { BackendFacts } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import type { Application } from './applications.ts';
import { type Engine, enginesOf, factoriesOf, type SessionFactory } from './engines.ts';
import { isTest } from './entry.ts';
import { Kinds } from './kinds/kinds.ts';
import { execCalls } from './sessions.ts';

export type Targets = Readonly<Record<string, string>>;

/** Of JavaScript whose trees are held at once: some 500 MB. */
const MOST_CHARACTERS = 3_000_000;

/** One backend as the transforms see it: its facts, its documents, and what its code makes of the database. */
export class Backend {
  readonly facts: BackendFacts;
  readonly workspace: Workspace;
  readonly modules: PythonModules;
  readonly application: Application | undefined;
  /** Versions by normalised name, as `--target` gives them: they count instead of what is locked or required. */
  readonly targets: Targets;
  /** Packages whose version some transform has asked about. */
  readonly asked = new Set<string>();
  private readonly cache = new Map<string, unknown>();
  private readonly scripts = new Map<string, JavaScriptDocument | undefined>();
  /** In those. */
  private characters = 0;

  constructor(
    facts: BackendFacts,
    workspace: Workspace,
    modules?: PythonModules,
    application?: Application,
    targets: Targets = {},
  ) {
    this.facts = facts;
    this.workspace = workspace;
    this.modules = modules ?? new PythonModules(workspace);
    this.application = application;
    this.targets = targets;
  }

  pythonDocument(path: string): PythonDocument | undefined {
    return this.modules.document(path);
  }

  javascriptDocument(path: string): JavaScriptDocument | undefined {
    if (!this.scripts.has(path)) {
      const file = this.workspace.read(path);
      this.scripts.set(path, file && new JavaScriptDocument(file));
      this.characters += file?.text.length ?? 0;
    }
    return this.scripts.get(path);
  }

  /** Lets go of the trees of JavaScript files where they have become too many to hold. Asked between two files: no node outlives it. */
  releaseScripts(): void {
    if (this.characters < MOST_CHARACTERS) return;
    for (const document of this.scripts.values()) document?.forget();
    this.scripts.clear();
    scriptModulesOf(this).forget();
    this.characters = 0;
  }

  /** Every Python file of the backend. A document is parsed when something of its tree is asked for, not before. */
  get documents(): PythonDocument[] {
    return this.once('documents', () =>
      this.facts.files.flatMap((file) => (file.endsWith('.py') ? (this.pythonDocument(file) ?? []) : [])),
    );
  }

  /** The documents that are not tests. */
  get sources(): PythonDocument[] {
    return this.once('sources', () => this.documents.filter((document) => !isTest(document.path)));
  }

  get engines(): Engine[] {
    return this.once('engines', () =>
      this.documents.filter(mentions(/create_(async_)?engine|engine_from_config/)).flatMap(enginesOf),
    );
  }

  get factories(): SessionFactory[] {
    return this.once('factories', () => this.documents.filter(mentions(/sessionmaker/)).flatMap(factoriesOf));
  }

  /** What the expressions of the documents are. */
  get kinds(): Kinds {
    return this.once('kinds', () => new Kinds(this));
  }

  /** True where some code calls `.exec` of a session, which only SQLModel's have. */
  get usesExec(): boolean {
    return this.once('usesExec', () =>
      this.documents.some((document) => execCalls(document, this).length > 0),
    );
  }

  get manifests(): Manifest[] {
    return this.once('manifests', () =>
      this.facts.manifests.flatMap((path) => {
        const file = this.workspace.read(path);
        return file ? [readManifest(file)] : [];
      }),
    );
  }

  /** Every requirement of that normalised name, the main group first. */
  requirements(name: string): { manifest: Manifest; requirement: Requirement }[] {
    return this.manifests
      .flatMap((manifest) =>
        manifest.requirements
          .filter((requirement) => requirement.name === name)
          .map((requirement) => ({ manifest, requirement })),
      )
      .sort((a, b) => Number(a.requirement.group !== 'main') - Number(b.requirement.group !== 'main'));
  }

  requires(name: string): boolean {
    return this.requirements(name).length > 0;
  }

  private once<T>(name: string, make: () => T): T {
    if (!this.cache.has(name)) this.cache.set(name, make());
    return this.cache.get(name) as T;
  }
}

function mentions(words: RegExp): (document: PythonDocument) => boolean {
  return (document) => words.test(document.text);
}
