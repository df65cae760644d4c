/** How long each step of verification may take, in milliseconds. */
export interface Limits {
  /** Making an environment: resolving, downloading, installing. */
  install: number;
  /** One module's import. */
  import: number;
  /** From the server's start until its port answers; also `alembic upgrade head`. */
  start: number;
  /** Loading the application once, with its start-up, its session and its tables. */
  probe: number;
  /** From SIGTERM to the server's end. */
  stop: number;
  /** The project's own tests, where they are asked for. */
  tests: number;
  /** Everything else that is done with one tree. */
  tree: number;
}

export const LIMITS: Limits = {
  install: 600_000,
  import: 30_000,
  start: 45_000,
  probe: 90_000,
  stop: 15_000,
  tests: 600_000,
  tree: 600_000,
};
