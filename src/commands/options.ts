import type { Checkpoint } from '../checkpoint.ts';
import type { Format } from '../show/format.ts';
import type { ColourChoice } from '../terminal/colour.ts';
import type { VerifyLevel } from '../types.ts';

/** Options that every command has. */
export interface CommonOptions {
  color: ColourChoice;
  showSecrets: boolean;
  /** False with `--no-input`. */
  input: boolean;
  debug: boolean;
}

/** Which transforms are asked. */
export interface Selection {
  only: string[];
  /** `sqlalchemy==2.1`: as if that were installed. */
  target?: string[];
  skip: string[];
}

export interface VerifyOptions {
  /** False with `--no-sandbox`. */
  sandbox: boolean;
  /** Path of the interpreter to verify with. */
  python?: string;
  /** How far verification goes; `none` starts nothing. */
  verify: VerifyLevel | 'none';
  /** With `--tests`: the same as `--verify=tests`. */
  tests: boolean;
  /** Create, read, update and delete through the routes. */
  probeWrites: boolean;
  /** A server to make the scratch database on. */
  databaseUrl?: string;
  /** A Redis to lend to the backend. */
  redisUrl?: string;
}

export interface FixOptions extends CommonOptions, Selection, VerifyOptions {
  dryRun: boolean;
  yes: boolean;
  unsafe: boolean;
  allowDirty: boolean;
  format: Format;
  install: boolean;
  /** Refresh the lock files of changed manifests with their own package managers. */
  lock: boolean;
  /** The checkpoint to stop at. */
  until?: Checkpoint;
  /** One git commit for each checkpoint. */
  commit: boolean;
  /** Repair only what the server's own errors point to. */
  byError: boolean;
}

export interface AuditOptions extends CommonOptions, Selection {
  format: Format;
}
