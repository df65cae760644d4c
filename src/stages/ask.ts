import {
  answered,
  type Decisions,
  NOTHING_DECIDED,
  nextQuestion,
  type Question,
  withRest,
} from '../ask/decisions.ts';
import { helpText } from '../ask/help-text.ts';
import { findingText } from '../show/finding-text.ts';
import { count } from '../show/layout.ts';
import { place } from '../show/plan-text.ts';
import { leftFiles, stepFiles } from '../show/view.ts';
import { paint } from '../terminal/paint.ts';
import type { Letter } from '../terminal/question.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Finding, Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';

export interface AskTools {
  workspace: Workspace;
  terminal: Terminal;
  /** Plans again with these unsafe findings taken and those findings refused, by their keys. */
  replan(choice: { unsafe: ReadonlySet<string>; refused: ReadonlySet<string> }): Plan;
  question(
    text: string,
    letters: readonly Letter[],
    answers: { initial: string; end: string },
  ): Promise<string>;
}

const LETTERS: Letter[] = [
  { letter: 'y', words: ['yes'] },
  { letter: 'n', words: ['no'] },
  { letter: 'a', words: ['all'] },
  { letter: 'd', words: ['done'] },
  { letter: 'u', words: ['undo', 'back'] },
  { letter: 'q', words: ['quit'] },
  { letter: '?', words: ['h', 'help'] },
];

interface Asked {
  plan: Plan;
  decisions: Decisions;
}

/**
 * Asks about each finding, the safe ones first, then the unsafe ones. Returns the plan of what was taken, or undefined
 * where the person quits. Whatever replanning brings up is asked about as well, so nothing is taken unasked.
 */
export async function ask(tools: AskTools): Promise<Plan | undefined> {
  const history: Asked[] = [];
  let now = replanned(NOTHING_DECIDED, tools);
  let fell = false;
  for (;;) {
    const question = nextQuestion(now.plan, now.decisions);
    const letter: string = question ? await askOne(question, now.plan, tools) : await askToGoOn(fell, tools);
    if (letter === 'q') return undefined;
    if (letter === 'u') {
      if (history.length === 0) tools.terminal.say('     There is none before this one.');
      now = history.pop() ?? now;
      fell = false;
      continue;
    }
    if (!question) return now.plan;
    history.push(now);
    const next = replanned(answered(now.decisions, question, letter), tools);
    fell = letter === 'n' && sayWhatFalls(now.plan, next.plan, tools.terminal);
    sayWhatIsTaken(question, now, next, tools.terminal);
    now = next;
  }
}

/** After the last answer there is no way back, so where more fell by it than was shown, that is asked about. */
async function askToGoOn(fell: boolean, tools: AskTools): Promise<string> {
  const letters = LETTERS.filter(({ letter }) => 'yuq'.includes(letter));
  return fell
    ? tools.question('That was the last one. Go on? [y u q]', letters, { initial: 'y', end: 'q' })
    : 'y';
}

/** Plans with the decisions until what `a` and `d` say covers everything that comes up. */
function replanned(decisions: Decisions, tools: AskTools): Asked {
  const plan = tools.replan({ unsafe: decisions.taken, refused: decisions.refused });
  const more = withRest(plan, decisions);
  return more === decisions ? { plan, decisions } : replanned(more, tools);
}

async function askOne(question: Question, plan: Plan, tools: AskTools): Promise<string> {
  const { terminal, workspace } = tools;
  const { finding, step } = question;
  const files =
    step === undefined
      ? leftFiles(finding, plan, workspace, terminal.showSecrets)
      : stepFiles(plan, workspace, step, terminal.showSecrets);
  terminal.result(`\n${findingText({ ...question, files }, terminal.layout)}`.trimEnd());
  const initial = typeof finding.safety === 'object' ? 'n' : 'y';
  for (;;) {
    const letter = await tools.question('Take it? [y n a d u q ?]', LETTERS, { initial, end: 'q' });
    if (letter !== '?') return letter;
    terminal.say(helpText(question, initial, terminal.layout.width));
  }
}

/** What is taken besides the finding that was shown, because of an `a`: so that it is known what was agreed to. */
function sayWhatIsTaken({ finding: shown }: Question, before: Asked, after: Asked, terminal: Terminal): void {
  const taken = after.plan.steps.filter(
    ({ finding: { key } }) =>
      key !== shown.key && after.decisions.taken.has(key) && !before.decisions.taken.has(key),
  );
  if (taken.length === 0) return;
  terminal.say(
    [
      `     Taken with it: ${count(taken.length, 'other')}`,
      ...taken.map(({ finding }) => named(finding)),
    ].join('\n'),
  );
}

function named(finding: Finding): string {
  return `       ${finding.title}  ${paint('dim', place(finding))}`;
}

/** Findings that go because the one just refused would have brought what they need. True where there are any. */
function sayWhatFalls(before: Plan, after: Plan, terminal: Terminal): boolean {
  const wereTaken = new Set(before.steps.map(({ finding }) => finding.key));
  const fallen = after.left.filter(({ finding, reason }) => reason === 'falls' && wereTaken.has(finding.key));
  if (fallen.length === 0) return false;
  const title = `     ${count(fallen.length, 'other')} cannot do without it and ${fallen.length === 1 ? 'falls' : 'fall'} with it (u takes the answer back):`;
  terminal.say([paint('yellow', title), ...fallen.map(({ finding }) => named(finding))].join('\n'));
  return true;
}
