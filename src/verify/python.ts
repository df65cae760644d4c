import { satisfies } from '@renovatebot/pep440';
import { run } from './process.ts';
import { cleanEnvironment } from './surroundings.ts';

/** A Python interpreter that environments can be made from. All paths absolute. */
export interface Python {
  executable: string;
  version: string;
  /** The folders that an interpreter needs to run; to be seen in the box. */
  prefixes: string[];
}

const OLDEST = '3.9';
const NAMES = ['python3', ...[14, 13, 12, 11, 10, 9].map((minor) => `python3.${minor}`), 'python'];
const QUESTION = `import json, os, sys
base = getattr(sys, '_base_executable', sys.executable) or sys.executable
print(json.dumps({'executable': os.path.realpath(base), 'version': '.'.join(map(str, sys.version_info[:3])),
 'prefixes': sorted({os.path.realpath(p) for p in (sys.base_prefix, sys.base_exec_prefix)})}))`;

/**
 * The interpreter to verify with: the one that was asked for, else the first on the PATH that the manifests allow.
 * `allowed` is a PEP 440 specifier such as `>=3.11,<4`; undefined allows all. Returns the reason where there is none.
 */
export async function findPython(
  asked: string | undefined,
  allowed: string | undefined,
  path: string | undefined,
): Promise<Python | { reason: string }> {
  const refused: string[] = [];
  for (const name of asked ? [asked] : NAMES) {
    const python = await look(name, path);
    if (!python) continue;
    const problem = objection(python, asked ? undefined : allowed);
    if (!problem) return python;
    refused.push(problem);
  }
  if (asked) return { reason: refused[0] ?? `${asked} is no Python interpreter that runs` };
  const wanted = allowed ? ` that the manifests allow (${allowed})` : ` ${OLDEST} or newer`;
  const seen = refused.length ? `: ${[...new Set(refused)].join('; ')}` : '';
  return { reason: `there is no Python${wanted} on the PATH${seen}; name one with --python` };
}

async function look(name: string, path: string | undefined): Promise<Python | undefined> {
  const env = { ...cleanEnvironment(process.env), ...(path === undefined ? {} : { PATH: path }) };
  const done = await run([name, '-I', '-c', QUESTION], { env, limit: 10_000 });
  try {
    return done.code === 0 ? (JSON.parse(done.out) as Python) : undefined;
  } catch {
    return undefined;
  }
}

function objection(python: Python, allowed: string | undefined): string | undefined {
  if (!satisfies(python.version, `>=${OLDEST}`)) return `Python ${python.version} is older than ${OLDEST}`;
  if (allowed && !satisfies(python.version, allowed)) return `Python ${python.version} is not ${allowed}`;
  return undefined;
}
