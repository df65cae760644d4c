import type { Finding, Plan } from '../types.ts';

type Rest = 'take' | 'refuse';

/** What a person has answered so far, by the keys of findings. Never changed, so that an answer can be taken back. */
export interface Decisions {
  taken: ReadonlySet<string>;
  refused: ReadonlySet<string>;
  /** What holds for the findings that nobody is asked about any more. */
  rest: { safe?: Rest; unsafe?: Rest };
}

export const NOTHING_DECIDED: Decisions = { taken: new Set(), refused: new Set(), rest: {} };

export interface Question {
  finding: Finding;
  /** Index into the plan's steps; undefined for an unsafe finding, which is not among them before it is taken. */
  step: number | undefined;
  /** From 1, among `total`, which changes where an answer brings up or takes away others. */
  number: number;
  total: number;
  /** Findings that cannot be taken without it. */
  neededBy: Finding[];
}

/** The next finding to ask about: the safe ones as the plan has them, then the unsafe ones. */
export function nextQuestion(plan: Plan, decisions: Decisions): Question | undefined {
  const open = undecided(plan, decisions);
  const [first] = open;
  if (!first) return undefined;
  const decided = decisions.taken.size + decisions.refused.size;
  const others = [...plan.steps, ...plan.left.filter(({ reason }) => reason === 'unsafe')];
  const neededBy = others
    .map(({ finding }) => finding)
    .filter(
      ({ key, needs }) =>
        key !== first.finding.key && needs.some((need) => first.finding.provides.includes(need)),
    );
  return { ...first, number: decided + 1, total: decided + open.length, neededBy };
}

/** The decisions after an answer of `y`, `n`, `a` or `d`. */
export function answered(decisions: Decisions, { finding }: Question, letter: string): Decisions {
  const kind = typeof finding.safety === 'object' ? 'unsafe' : 'safe';
  if (letter === 'y') return take(decisions, [finding]);
  if (letter === 'n') return refuse(decisions, [finding]);
  if (letter === 'a') return { ...take(decisions, [finding]), rest: { ...decisions.rest, [kind]: 'take' } };
  return { ...refuse(decisions, [finding]), rest: { safe: 'refuse', unsafe: 'refuse' } };
}

/** The decisions with what `a` and `d` say about the findings of this plan; the same object where they say nothing. */
export function withRest(plan: Plan, decisions: Decisions): Decisions {
  const { safe, unsafe } = decisions.rest;
  let result = decisions;
  for (const { finding } of undecided(plan, decisions)) {
    const rest = typeof finding.safety === 'object' ? unsafe : safe;
    if (rest === 'take') result = take(result, [finding]);
    if (rest === 'refuse') result = refuse(result, [finding]);
  }
  return result;
}

function undecided(
  plan: Plan,
  { taken, refused }: Decisions,
): { finding: Finding; step: number | undefined }[] {
  const steps = plan.steps.map(({ finding }, step) => ({ finding, step }));
  const unsafe = plan.left
    .filter(({ reason }) => reason === 'unsafe')
    .map(({ finding }) => ({ finding, step: undefined }));
  const open = [...steps, ...unsafe].filter(({ finding: { key } }) => !taken.has(key) && !refused.has(key));
  return open.filter(
    ({ finding }, index) => open.findIndex((other) => other.finding.key === finding.key) === index,
  );
}

function take(decisions: Decisions, findings: Finding[]): Decisions {
  return { ...decisions, taken: new Set([...decisions.taken, ...findings.map(({ key }) => key)]) };
}

function refuse(decisions: Decisions, findings: Finding[]): Decisions {
  return { ...decisions, refused: new Set([...decisions.refused, ...findings.map(({ key }) => key)]) };
}
