import { type BackendFacts, VERIFY_LEVELS, type VerifyLevel } from '../types.ts';

/** True where `level` does what `wanted` does. */
export function reaches(level: VerifyLevel, wanted: VerifyLevel): boolean {
  return VERIFY_LEVELS.indexOf(level) >= VERIFY_LEVELS.indexOf(wanted);
}

/** Frameworks that are not started by uvicorn, by the names that the facts have for them. */
const NOT_STARTED: Record<string, string> = { flask: 'Flask', django: 'Django' };

/** The framework of a backend that cannot be started here, as people write it; undefined where it can. */
export function notStarted(facts: BackendFacts): string | undefined {
  return NOT_STARTED[facts.framework ?? ''];
}
