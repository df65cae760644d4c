import type { Backend } from './backend/backend.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { JavaScriptDocument } from './languages/javascript/document.ts';
import type { PythonDocument } from './languages/python/document.ts';
import type { Edit, Place, Safety } from './types.ts';

/** What `detect` returns; the detect stage adds the transform's own words and makes a Finding of it. */
export interface Draft {
  /** What makes this finding another than its neighbours in the same file: a name, a variable, an option. */
  subject: string;
  at: Place;
  /** One sentence about this place. */
  message: string;
  edits?: Edit[];
  /** Only where this place is less sure than the transform as a whole. */
  safety?: Safety;
  /** Only where this place needs other releases than the transform as a whole. */
  runsFrom?: Releases;
  /** Only where this place is wrong from other releases on than those of the transform as a whole. */
  since?: Releases;
  provides?: string[];
  needs?: string[];
  next?: string;
  secret?: boolean;
}

/** Releases by package, normalised as on PyPI: `{ sqlalchemy: '1.4' }`. */
export type Releases = Readonly<Record<string, string>>;

interface Described {
  /** Imperative, no full stop. */
  title: string;
  /** The consequence for the person, one sentence. */
  why: string;
  safety: Safety;
  /** The source of the fact. */
  docs: string;
  /** Start-up errors that this explains. */
  fixes?: RegExp[];
  /** Rows of the seed. */
  tasks?: string[];
  /** What it works towards, where its first row of the seed does not tell. */
  checkpoint?: Checkpoint;
  /**
   * The oldest releases on which the repaired code runs. Where a backend admits older ones, which run the code as it is, a safe repair
   * is unsafe.
   */
  runsFrom?: Releases;
  /** The releases from which on what it finds is wrong: looked for only where one of those may be installed and run the file. */
  since?: Releases;
  /** Nothing is broken: looked for only where `--only` names it. */
  optIn?: true;
  /** Rows of the catalogue of breakages that it covers: `py-textual-sql`. */
  catalogue?: readonly string[];
}

/** Looks at one document at a time. A document without any of the literals is never parsed for it. */
interface DocumentTransform<D> extends Described {
  /** Packages of npm. A Node backend that requires none of them is not looked at, nor a file that neither names nor imports one. */
  packages?: readonly string[];
  literals: string[];
  detect(document: D, backend: Backend): Draft[];
}

/** Looks at a whole backend: its settings files, manifests and what its code reads of them. */
interface BackendTransform extends Described {
  detect(backend: Backend): Draft[];
}

/**
 * One repair. `detect` never writes, prints or asks, and never throws on a user's code.
 * Everything it returns is a proposal; planning, showing and writing are done elsewhere.
 */
export type Transform<L extends 'python' | 'javascript' | 'settings'> = L extends 'python'
  ? DocumentTransform<PythonDocument>
  : L extends 'javascript'
    ? DocumentTransform<JavaScriptDocument>
    : BackendTransform;
