import { VERIFY_LEVELS, type VerifyLevel } from '../types.ts';

/** True where `level` does what `wanted` does. */
export function reaches(level: VerifyLevel, wanted: VerifyLevel): boolean {
  return VERIFY_LEVELS.indexOf(level) >= VERIFY_LEVELS.indexOf(wanted);
}
