import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, Verdict } from '../../src/types.ts';
import type { Lab } from '../audit/lab.ts';
import { type Defect, type Variant, writeBackend } from './defect.ts';

/** How a variant is verified: what a boot tells, or all that the routes tell as well. */
export type Depth = 'boot' | 'probe';

const WORDS: Record<Depth, string[]> = {
  boot: ['--verify=boot'],
  probe: ['--verify=probe', '--probe-writes'],
};

/** What the product said of one variant. Serialisable, so that a run can be taken up again. */
export interface Said {
  result: Verdict['result'];
  /** The checks that do not pass, in the order of the verdict. */
  notPassing: { check: string; status: Outcome['status']; evidence: string }[];
  seconds: number;
}

/** Verifies a defect or its twin with the built command, in a folder of its own. Rejects where there is no verdict. */
export async function verifyVariant(defect: Defect, variant: Variant, depth: Depth, lab: Lab): Promise<Said> {
  const absoluteParent = mkdtempSync(join(tmpdir(), 'fix-backend-defect-'));
  const absoluteFolder = join(absoluteParent, defect.backend);
  try {
    writeBackend(absoluteFolder, defect, variant);
    const { out } = await lab.run(['verify', absoluteFolder, ...WORDS[depth], '--format', 'json']);
    const [verdict] = JSON.parse(out).verdicts as Verdict[];
    if (!verdict) throw new Error('there is no verdict');
    return said(verdict);
  } finally {
    rmSync(absoluteParent, { recursive: true, force: true });
  }
}

/** What the judge goes by, of a whole verdict. */
export function said(verdict: Verdict): Said {
  const wrong = verdict.checks.filter(({ after }) => after.status !== 'pass');
  return {
    result: verdict.result,
    notPassing: wrong.map(({ id, after }) => ({
      check: id,
      status: after.status,
      evidence: [after.evidence, ...(after.failures ?? []).map(({ evidence }) => evidence)].join('\n'),
    })),
    seconds: verdict.seconds,
  };
}
