import type { Outcome } from '../../types.ts';
import { lastError } from '../log.ts';
import { atRunTime, count, fail, failures, pass, type Seen, unknown, unreached } from './seen.ts';

/** The project's own tests pass. Those that failed before the repair as well are not held against it. */
export function tests(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const run = observations.tests;
    if (!run) return unreached(observations);
    if (run.code === null) return unknown('the tests took too long', run.log);
    if (run.none) return pass('the project has no tests that pytest finds');
    const results = Object.entries(run.results);
    const failed = results.filter(([, one]) => one.outcome === 'failed');
    if (failed.length > 0) {
      const list = failed.map(([subject, { error }]) => ({ subject, evidence: `${subject}: ${error}` }));
      return failures(list, run.log);
    }
    if (results.length === 0) return fail(`pytest could not run them: ${lastError(run.log)}`, run.log);
    const skipped = results.filter(([, one]) => one.outcome === 'skipped').length;
    const rest = skipped > 0 ? `, ${skipped} skipped` : '';
    return pass(`${count(results.length - skipped, 'test')} pass${rest}`);
  });
}
