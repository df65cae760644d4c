import type { Format } from '../show/format.ts';
import type { ColourChoice } from '../terminal/colour.ts';

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
  skip: string[];
}

export interface VerifyOptions {
  /** False with `--no-sandbox`. */
  sandbox: boolean;
  /** Path of the interpreter to verify with. */
  python?: string;
}

export interface FixOptions extends CommonOptions, Selection, VerifyOptions {
  dryRun: boolean;
  yes: boolean;
  unsafe: boolean;
  allowDirty: boolean;
  format: Format;
  verify: 'none' | 'boot';
  install: boolean;
}

export interface AuditOptions extends CommonOptions, Selection {
  format: Format;
}
