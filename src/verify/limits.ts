/** How long each step of verification may take, in milliseconds. */
interface Times {
  /** Making an environment: resolving, downloading, installing. */
  install: number;
  /** One module's import. */
  import: number;
  /** From the server's start until its port answers; also `alembic upgrade head`. */
  start: number;
  /** Loading the application once, with its start-up, its session and its tables. */
  probe: number;
  /** From a request to its answer; the first that does not come. A quarter of it for those after it. */
  answer: number;
  /** From SIGTERM to the server's end. */
  stop: number;
  /** The project's own tests, where they are asked for. */
  tests: number;
  /** Everything else that is done with one tree. */
  tree: number;
}

/** How much one tree's server, database and checks may use together. Whoever uses more is ended, and it is told why. */
export interface Amounts {
  /** Bytes of memory of their own, with what lies in the box's temporary folders; at most four fifths of what is free. */
  memory: number;
  /** Bytes on disk, beyond the copy of the project; at most half of what is free. */
  disk: number;
  /** Processes and their threads. */
  tasks: number;
  /** Files that one process has open. */
  openFiles: number;
}

export interface Limits extends Times, Amounts {}

const GB = 1024 ** 3;

const TIMES: Times = {
  install: 600_000,
  import: 30_000,
  start: 45_000,
  probe: 90_000,
  answer: 35_000,
  stop: 15_000,
  tests: 600_000,
  tree: 600_000,
};

const AMOUNTS: Amounts = { memory: 4 * GB, disk: 2 * GB, tasks: 1000, openFiles: 4096 };

export const LIMITS: Limits = { ...TIMES, ...AMOUNTS };

/** The times in seconds, as the programs inside take them. */
export function inSeconds(limits: Limits): Record<string, number> {
  const names = Object.keys(TIMES) as (keyof Times)[];
  return Object.fromEntries(names.map((name) => [name, limits[name] / 1000]));
}

export function amountsOf({ memory, disk, tasks, openFiles }: Limits): Amounts {
  return { memory, disk, tasks, openFiles };
}
