import type { Defect } from './defect.ts';
import type { Said } from './look.ts';

/** Everything that was seen of one defect; an error in words where there was no verdict. */
export interface Row {
  defect: Defect;
  boot: Said | string;
  probe: Said | string;
  twin: Said | string;
}

/** The evidence in which the cause is named: of the check that is to show it. Undefined where it is not named there. */
export function namedCause(defect: Defect, seen: Said | string): string | undefined {
  if (typeof seen === 'string') return undefined;
  const shown = seen.notPassing.find(
    ({ check, status }) => check === defect.shows.check && status === 'fail',
  );
  return shown?.evidence.split(/\n|; (?=[A-Z]+ \/)/).find((line) => defect.shows.cause.test(line));
}

/** What a boot makes of a defect. A verdict that something could not be checked is no find. */
export function bootFinds({ boot }: Row): boolean {
  return typeof boot !== 'string' && boot.notPassing.some(({ status }) => status === 'fail');
}

/** What is wrong with the verdicts on one defect and its twin, in words; empty where nothing is. */
export function wrongVerdicts({ defect, boot, probe, twin }: Row): string[] {
  const wrong: string[] = [];
  if (typeof boot === 'string') wrong.push(`no verdict at boot: ${boot}`);
  if (typeof probe === 'string') wrong.push(`no verdict: ${probe}`);
  else if (probe.result !== 'failing') wrong.push(`the defect is not found: ${probe.result}${listed(probe)}`);
  else if (namedCause(defect, probe) === undefined)
    wrong.push(`the cause is not named by ${defect.shows.check}${listed(probe)}`);
  if (typeof twin === 'string') wrong.push(`no verdict on the twin: ${twin}`);
  else if (twin.result !== 'fixed') wrong.push(`the twin is ${twin.result}${listed(twin)}`);
  return wrong;
}

function listed(seen: Said): string {
  return seen.notPassing
    .map(({ check, status, evidence }) => `\n         ${check} ${status}: ${evidence.split('\n')[0]}`)
    .join('');
}
