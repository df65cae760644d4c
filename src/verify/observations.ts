/** What the programs in `inside/` saw of one tree. Each part is missing where it was not reached. */
export interface Observations {
  python?: string;
  imports?: { results: ImportResult[]; leftOut: { file: string; why: string }[] };
  mainTarget?: ImportResult[];
  source?: {
    creators: string[];
    disposers: string[];
    mainBlock: {
      line: number;
      target: string | null;
      options: Record<string, string>;
      calls: boolean;
    } | null;
    /** Where the cross-origin middleware is added: `file:line`. */
    cors: string[];
  };
  database?: { ok: boolean; error?: string; version: string };
  migrations: { ini: string; code: number | null; log: string }[];
  /** The first run and the second, on the same data. */
  servers: ServerStart[];
  /** `log` is what the server said meanwhile, where it failed. */
  health: { path: string; own: boolean; status: number; body: string; log?: string }[];
  stopped: { clean: boolean; code?: number | null; died?: number | null; log: string }[];
  probe?: { seen: Probe; code: number | null; log: string };
  cors?: { origin: string; status: number; allowed: string | null } | null;
  routes?: RouteAnswer[];
  clients?: ClientAnswer[];
  writes?: { steps: WriteStep[]; resources: string[] };
  probes?: ProbeAnswer[];
  /** Connections that stay in a transaction after the last request, and the last statement of one. */
  connections?: { open: number; statement: string };
  /** Further applications, each started for itself. */
  others: { name: string; up: boolean; path: string; status: number; log: string }[];
  /** `alembic check`, for each alembic.ini whose migrations ran. */
  drift: { ini: string; code: number | null; log: string }[];
  tests?: TestRun;
  /** Commands of a Node backend. */
  typeCheck?: CommandRun;
  build?: CommandRun;
  nodeTests?: CommandRun;
  /** The most that was used at any moment: bytes, processes and threads, bytes. */
  used?: { memory: number; tasks: number; disk: number };
  exceeded?: Exceeded;
  /** Why the looking ended early. */
  ended?: string;
}

export interface ServerStart {
  up: boolean;
  seconds: number;
  /** The exit code, where it ended; negative for a signal. */
  code?: number;
  /** How many processes it left running when it ended. */
  left?: number;
  /** How long it was waited for, where it did not answer; seconds. */
  silent?: number;
  /** `file:line` where it stays then. */
  at?: string;
  /** Where it or what it left listens instead. */
  elsewhere?: number[];
}

export interface Failure {
  error?: string;
  /** `file:line` in the backend's own code. */
  at?: string;
}

export interface ImportResult extends Failure {
  module: string;
  file?: string;
  ok: boolean;
  cycle?: boolean;
  exits?: boolean;
}

export interface RouteAnswer {
  method: string;
  route: string;
  path: string;
  status: number;
  body: string;
  log: string;
}

/** What one route answered first, and to several clients at once. */
export interface ClientAnswer {
  route: string;
  path: string;
  first: number;
  again: number[];
  body: string;
  log: string;
}

/** One request of the walk through creating, reading, changing and deleting. */
export interface WriteStep {
  resource: string;
  what: string;
  method: string;
  route: string;
  status: number;
  body: string;
  log: string;
  /** What did not stay as it was written. */
  problem: string | null;
  refused?: boolean;
}

/** How one command ended; the code is null where it took too long. */
export interface CommandRun {
  code: number | null;
  log: string;
}

/** What pytest said of the project's own tests. */
interface TestRun {
  results: Record<string, { outcome: 'passed' | 'skipped' | 'failed'; error: string }>;
  /** Null where it took too long. */
  code: number | null;
  /** True where there is no test. */
  none: boolean;
  log: string;
}

export interface ProbeAnswer {
  method: string;
  path: string;
  status: number;
  body: string;
  log: string;
  problem: string | null;
}

interface EngineFacts {
  name: string;
  async: boolean;
  dialect: string;
  driver: string;
  pool: string;
}

export interface Probe {
  target?: Failure & { ok: boolean; callable?: boolean };
  app?: {
    class: string;
    title: string;
    version: string;
    description: string;
    lifespan: string | null;
    openapi: Failure & { ok: boolean; operations: number; url: string | null };
    cors: { origins: string[]; text: boolean; credentials: boolean; regex: string | null } | null;
    routes: { path: string; methods: string[]; tags: string[]; kind: string; own: boolean }[];
  };
  routers?: { name: string; file: string; prefix: string; tags: string[]; routes: number; served: number }[];
  engines?: EngineFacts[];
  sessions?: (Failure & { name: string; ok: boolean; other?: boolean })[];
  tables?: Failure & {
    tables?: string[];
    missing?: string[];
    different?: string[];
    problems: string[];
    made?: boolean;
  };
  open?: { name: string; idle: number; out: number }[];
  closed?: { name: string; idle: number; out: number }[];
  lifespan?: Failure;
}

type Line = { kind: string; run?: number } & Record<string, unknown>;

/** What more was used of than is given, how much is given, and what was being done. */
export interface Exceeded {
  what: 'memory' | 'disk' | 'tasks';
  most: number;
  during: string;
}

/** Collects the lines that `main.py` writes. Lines that are no such thing are passed over. */
export class Collector {
  readonly seen: Observations = {
    migrations: [],
    drift: [],
    others: [],
    servers: [],
    health: [],
    stopped: [],
  };
  complete = false;
  private readonly onStep: (text: string) => void;

  constructor(onStep: (text: string) => void) {
    this.onStep = onStep;
  }

  line(text: string): void {
    try {
      const line = JSON.parse(text) as Line;
      if (typeof line === 'object' && line !== null) this.take(line);
    } catch {
      // The backend's own output may end up here.
    }
  }

  private take({ kind, ...data }: Line): void {
    if (kind === 'step') this.onStep(String(data.text));
    else if (kind === 'end') this.complete = true;
    else if (kind === 'python') this.seen.python = String(data.version);
    else if (kind === 'mainTarget') this.seen.mainTarget = data.results as ImportResult[];
    else if (kind === 'routes') this.seen.routes = data.answers as RouteAnswer[];
    else if (kind === 'clients') this.seen.clients = data.answers as ClientAnswer[];
    else if (kind === 'probes') this.seen.probes = data.answers as ProbeAnswer[];
    else if (kind === 'other') (this.seen.others as unknown[]).push(data);
    else if (kind === 'drift') (this.seen.drift as unknown[]).push(data);
    else if (kind === 'cors') this.seen.cors = (data.answer ?? null) as NonNullable<Observations['cors']>;
    else if (kind === 'server') (this.seen.servers as unknown[]).push(data);
    else if (kind === 'health') (this.seen.health as unknown[]).push(data);
    else if (kind === 'stopped') (this.seen.stopped as unknown[]).push(data);
    else if (kind === 'migrations') (this.seen.migrations as unknown[]).push(data);
    else if (WHOLE.has(kind)) Object.assign(this.seen, { [kind]: data });
  }
}

const WHOLE = new Set([
  'imports',
  'source',
  'database',
  'probe',
  'writes',
  'connections',
  'tests',
  'typeCheck',
  'build',
  'nodeTests',
  'used',
  'exceeded',
]);
