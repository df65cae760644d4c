import { boxProblem } from './box.ts';
import { findPostgres, type PostgresBinaries } from './postgres.ts';
import { findPython, type Python } from './python.ts';
import { findTool } from './tools.ts';

/** The programs that verification needs, or why one is not to be had. All paths absolute. */
export interface Workshop {
  python: Python;
  /** Undefined: then pip does it. */
  uv: string | undefined;
  /** Undefined: without a box, because that was asked for or the backend is our own. */
  bwrap: string | undefined;
  postgres: PostgresBinaries | { reason: string };
}

export interface WorkshopOptions {
  /** `--python`. */
  asked: string | undefined;
  /** What the manifests allow. */
  allowed: string | undefined;
  absoluteCache: string;
  absoluteScratch: string;
  sandbox: boolean;
  trusted: boolean;
  signal?: AbortSignal | undefined;
  onStep: (text: string) => void;
}

/** Finds or installs everything. `reason` says why nothing can be run; the Python is told where there is one. */
export async function openWorkshop(
  options: WorkshopOptions,
): Promise<Workshop | { reason: string; python?: Python }> {
  options.onStep('looking for Python');
  const python = await findPython(options.asked, options.allowed, process.env.PATH);
  if ('reason' in python) return python;
  const box = options.sandbox ? await findBox(python, options) : { bwrap: undefined };
  if ('reason' in box && !options.trusted) return { reason: box.reason, python };
  options.onStep('looking for uv');
  const uv = await findTool('uv', python, options.absoluteCache, options.signal);
  return {
    python,
    uv: 'program' in uv ? uv.program : undefined,
    bwrap: 'bwrap' in box ? box.bwrap : undefined,
    postgres: await findPostgres(options.absoluteCache),
  };
}

async function findBox(
  python: Python,
  options: WorkshopOptions,
): Promise<{ bwrap: string } | { reason: string }> {
  options.onStep('trying the box');
  const tool = await findTool('bwrap', python, options.absoluteCache, options.signal);
  const problem = 'reason' in tool ? tool.reason : await boxProblem(tool, python, options.absoluteScratch);
  if (!problem && 'program' in tool) return { bwrap: tool.program };
  return {
    reason: `no box: ${problem}. To run the backend's code without one: fix-backend verify --no-sandbox`,
  };
}
