import { bootFinds, namedCause, type Row, wrongVerdicts } from './judge.ts';
import type { Said } from './look.ts';

const HEAD = `# What verification finds

Made by \`npm run verification -- --write\`. Each row is a defect that a start does not show: the server starts and \`/health\` answers 200.
It is planted in an otherwise healthy backend (\`scripts/verification/backends\`), and so is its healthy twin: the same feature, written
without the defect. Both are verified by the built command, in the box and on databases of their own.

- **A boot says**: \`fix-backend verify --verify=boot\` on the defect. A boot is no proof: most rows pass it.
- **The probe says**: \`fix-backend verify --verify=probe --probe-writes\` on the defect: the check that fails and the cause that it names.
- **The twin**: the same command on the twin. Every check has to pass; one that could not be made counts as wrong.

By hand, without the product: \`npx tsx scripts/verification/by-hand.ts PYTHON POSTGRES\` starts each of them with uvicorn and asks it.
`;

/** The page: a summary and a line for each defect. */
export function page(rows: readonly Row[]): string {
  const wrong = rows.filter((row) => wrongVerdicts(row).length);
  const seen = rows.filter(bootFinds).length;
  const twins = rows.filter(({ twin }) => typeof twin !== 'string' && twin.result === 'fixed').length;
  const named = rows.filter(({ defect, probe }) => namedCause(defect, probe) !== undefined).length;
  return `${HEAD}
**${rows.length} defects: the probe finds ${named} and names their causes; a boot finds ${seen}. ${twins} of ${rows.length} twins pass.
Wrong verdicts: ${wrong.length}.**

| Defect | In | A boot says | The probe says | The twin |
| --- | --- | --- | --- | --- |
${rows.map((row) => `| ${cells(row).map(cell).join(' | ')} |`).join('\n')}
`;
}

function cells(row: Row): string[] {
  const { defect, boot, probe, twin } = row;
  const named = namedCause(defect, probe);
  return [
    `\`${defect.id}\`: ${defect.title}${defect.catalogue ? ` (${defect.catalogue})` : ''}`,
    defect.backend,
    short(boot),
    named ? `**${defect.shows.check}** ${shortened(named, defect.shows.cause)}` : `WRONG: ${short(probe)}`,
    typeof twin !== 'string' && twin.result === 'fixed' ? 'passes' : `WRONG: ${short(twin)}`,
  ];
}

/** One cell for a verdict as a whole. */
function short(seen: Said | string): string {
  if (typeof seen === 'string') return seen;
  if (seen.result === 'fixed') return 'passes';
  const [first] = seen.notPassing.toSorted((one, other) => rank(one.status) - rank(other.status));
  return first
    ? `${first.status === 'fail' ? `**${first.check}**` : first.check} ${shortened(first.evidence)}`
    : seen.result;
}

function rank(status: string): number {
  return status === 'fail' ? 0 : 1;
}

/** Evidence without what changes from run to run or belongs to a machine: addresses in memory, made-up ids, moments, absolute paths. */
function stable(evidence: string): string {
  const [line = ''] = evidence.split('\n');
  return line
    .replace(/0x[0-9a-f]{6,}/g, '0x…')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/datetime\.datetime\([^)]*\)?/g, 'datetime(…')
    .replace(/(?<![\w.])\/(?:root|home|tmp|usr|var|opt)\/[^\s'")]*/g, '…')
    .replace(/Task-\d+/g, 'Task-N')
    .replace(/\(Background on this error at[^)]*\)/g, '')
    .trim();
}

const WIDTH = 200;

/** The beginning of evidence and, where it is long, what it says from the cause on. */
function shortened(evidence: string, cause?: RegExp): string {
  const text = stable(evidence);
  const at = cause ? text.search(cause) : -1;
  if (text.length <= WIDTH) return text;
  if (at < WIDTH / 2) return `${text.slice(0, WIDTH - 1)}…`;
  const rest = text.slice(at);
  return `${text.slice(0, WIDTH / 3)}… ${rest.length > WIDTH / 2 ? `${rest.slice(0, WIDTH / 2)}…` : rest}`;
}

/** Text for a cell of a table: nothing in it is read as Markdown or HTML. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[|<>]/g, (sign) => ({ '|': '\\|', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
}
