import { writeRunFile } from '../files/run-files.ts';
import { type Reported, report } from '../stages/report.ts';

/** Writes `report.md` and `report.json` into the run's folder. */
export function writeReport(reported: Reported): void {
  const { markdown, json } = report(reported);
  writeRunFile(reported.run, 'report.md', markdown);
  writeRunFile(reported.run, 'report.json', json);
}
