/**
 * The words of the design as types. Each stage takes and returns one of these; from Finding on all of them
 * are plain data that survives JSON.
 *
 * Paths are relative to the workspace's root with `/` between the parts, unless a name says `absolute`.
 * Offsets are UTF-16 code units into the decoded text of a file, in which a byte-order mark counts as one.
 * Lines and columns are counted from 1.
 */

/** How sure we are that a repair changes nothing but what is broken. */
export type Safety =
  /** Mechanical, and the program behaves as it was meant to. */
  | 'safe'
  /** Repairs, but something else may change at run time: what. */
  | { unsafe: string }
  /** Something is wrong that only a person can repair. It has no edits, and the exit code says 1. */
  | 'report'
  /** Nothing is wrong; said so that nobody has to wonder. It has no edits and does not touch the exit code. */
  | 'note';

export interface Place {
  file: string;
  start: number;
  end: number;
}

/** Replace start..end of a file by text. An edit 0..0 of a file that is not there creates it. */
export interface Edit extends Place {
  text: string;
  /** Of an edit that makes a new import statement: the module. Another one for it waits, and joins what is there by then. */
  imports?: string;
}

/** What a transform found at one place: the unit of consent. */
export interface Finding {
  /** `transform:file:subject`. Stays the same when lines move, so a refusal holds for every pass. */
  key: string;
  transform: string;
  title: string;
  why: string;
  docs: string;
  /** One sentence about this place. */
  message: string;
  safety: Safety;
  place: Place;
  line: number;
  column: number;
  edits: Edit[];
  /** What this finding brings and what it cannot do without, e.g. `driver:asyncpg`. A need that no finding brings is taken to be there already. */
  provides: string[];
  needs: string[];
  /** What a person does next; always set where safety is `report`. */
  next?: string;
  /** Rows of the seed (`T005`) that it carries out. */
  tasks: string[];
  /** True where the text around the place holds a secret: shown with `***`, and left out of patches. */
  secret: boolean;
}

/** Something that kept us from looking: a file that does not parse, cannot be read, is too large. Never silent. */
export interface Problem {
  file: string;
  line?: number;
  column?: number;
  message: string;
  next: string;
}

/** A file that is nobody's own source, so that nothing in it is changed. Named where something would have been looked for in it. */
export interface Skipped {
  file: string;
  why: string;
}

/** Where the server is started from. */
export interface EntryPoint {
  /** The file that makes the application. */
  file: string;
  /** Import path and attribute, as for uvicorn: `src.main` and `app`. */
  module: string;
  attribute: string;
  /** True where the attribute is a function that returns the application. */
  factory: boolean;
  /** The folder that the server is started in; `''` is the workspace's root. */
  cwd: string;
  /** Folders for PYTHONPATH, where the documented command sets it. */
  pythonPath: string[];
  /** Where the command was found (`README.md:12`), or `derived`. */
  source: string;
  port: number;
}

/** A database address that the backend reads, without its secrets. */
export interface DatabaseAddress {
  /** `DATABASE_URL`, or undefined for an address written in the code. */
  variable?: string;
  /** `postgresql`, `sqlite`, `mysql` … */
  dialect: string;
  /** `asyncpg`, or undefined where none is named. */
  driver?: string;
  host?: string;
  port?: number;
  database?: string;
  user?: string;
  place: Place;
}

export interface SessionDependency {
  file: string;
  module: string;
  name: string;
  async: boolean;
}

/** What discovery knows of one backend, as plain data. */
export interface BackendFacts {
  name: string;
  root: string;
  language: 'python' | 'javascript';
  framework?: string;
  entry?: EntryPoint;
  /** Further applications that a documented command starts: an admin, a worker's API. */
  otherEntries?: EntryPoint[];
  /** Every manifest, the one that installs the backend first. */
  manifests: string[];
  settingsFiles: string[];
  /** Every source file of the backend. */
  files: string[];
  mode: 'async' | 'sync' | 'unknown';
  /** Why that mode: `create_async_engine`, `AsyncSession`. */
  modeBecause: string[];
  addresses: DatabaseAddress[];
  dependencies: SessionDependency[];
  /** Where the tables are declared: `SQLModel.metadata` of `sqlmodel`, or `Base.metadata` of `app.db.base`. */
  metadata: { module: string; expression: string }[];
  /** Modules that declare tables. */
  modelModules: string[];
  /** Versions that the environment has or the manifests allow, by normalised name: `sqlalchemy` → `>=2.0.36`. */
  requires: Record<string, string>;
  /** Settings without a default that must be set for a start: name and the annotation, e.g. `str`. */
  requiredSettings: { name: string; type: string }[];
}

/** A finding that is applied, and in which pass. */
export interface Step {
  finding: Finding;
  pass: number;
}

/** A finding that is not applied, and why. */
export interface Left {
  finding: Finding;
  reason: 'report' | 'unsafe' | 'refused' | 'skipped' | 'falls' | 'broke-syntax' | 'overlap' | 'not-editable';
  /** The key of the finding it falls with. */
  because?: string;
}

/** One file's way from the bytes on disk to the bytes that apply writes. */
export interface FileChange {
  path: string;
  /** SHA-256 of the bytes now; null where the file is created. */
  before: string | null;
  after: string;
  /** Permission bits, kept. */
  mode: number;
  encoding: string;
  /** One list a pass; offsets are into the text that the pass before left. */
  passes: Edit[][];
}

export interface Plan {
  version: 1;
  tool: string;
  absoluteRoot: string;
  backends: BackendFacts[];
  steps: Step[];
  left: Left[];
  notes: Finding[];
  problems: Problem[];
  skipped: Skipped[];
  changes: FileChange[];
  /** False where ten passes were not enough. */
  converged: boolean;
}

/** One apply that happened. */
export interface Run {
  id: string;
  absoluteRoot: string;
  absoluteFolder: string;
  startedAt: string;
  state: 'prepared' | 'applied' | 'undone' | 'rolled-back';
  changes: { path: string; before: string | null; after: string; mode: number }[];
}

/** How far verification goes; each level does what those before it do as well. */
export const VERIFY_LEVELS = ['import', 'boot', 'probe', 'tests'] as const;
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

/** One thing that failed: what it is, by a name that outlives moved lines, and what was seen. */
export interface CheckFailure {
  /** `GET /things`, `app.models`, `tests/test_a.py::test_b`. */
  subject: string;
  evidence: string;
}

/** What one check saw on one tree. `unknown` is never a pass: it could not be checked. */
export interface Outcome {
  status: 'pass' | 'fail' | 'unknown';
  evidence: string;
  /** What failed, one by one. Left out where the check failed as a whole, before it came to them. */
  failures?: CheckFailure[];
  /** The log's relevant lines. */
  log?: string;
  /** What a person does, where it fails. */
  next?: string;
}

export interface Check {
  /** A word: `health`, `routes`, `tables`. */
  id: string;
  title: string;
  /** Rows of the seed that it answers. */
  tasks: string[];
  before: Outcome;
  after: Outcome;
  /** What fails now and did not fail before, where both trees were judged; the subjects of its failures, or its title. */
  newlyFailing?: string[];
}

export interface Verdict {
  version: 1;
  backend: string;
  level: VerifyLevel;
  checks: Check[];
  /** `fixed`: everything passes now. `failing`: something still fails. `broken`: something fails that passed before. `unchecked`: something could not be checked. */
  result: 'fixed' | 'failing' | 'broken' | 'unchecked';
  environment: {
    python?: string;
    node?: string;
    installer?: string;
    database?: string;
    boxed: boolean;
    packages: Record<string, string>;
    command?: string;
  };
  /** The untouched server's error, and the key of the finding that explains it. */
  baseline?: { error: string; explainedBy?: string };
  seconds: number;
}

/** Where a stage tells what it does; commands print it, tests collect it. */
export type Progress = (step: { stage: string; text: string; state: 'start' | 'done' | 'fail' }) => void;

/** An error with the three parts that every error has. `exitCode` follows the design's table. */
export class FixBackendError extends Error {
  readonly untouched: string;
  readonly next: string;
  readonly exitCode: 2 | 3 | 4 | 5;

  constructor(
    message: string,
    options: { untouched?: string; next: string; exitCode: 2 | 3 | 4 | 5; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'FixBackendError';
    this.untouched = options.untouched ?? 'Nothing was written.';
    this.next = options.next;
    this.exitCode = options.exitCode;
  }
}
