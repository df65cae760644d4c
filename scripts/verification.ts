/**
 * Verifies every planted defect and its healthy twin with the built command, and every defect once more with a boot alone. Needs `dist/`,
 * Python and uv or pip. Exit 1 on any wrong verdict.
 *
 *     npm run verification                       # all of them
 *     npm run verification -- lazy-property      # some of them
 *     npm run verification -- --write            # all of them, and docs/verification.md anew
 *     npm run verification -- --resume FILE      # what FILE holds of the same build is not looked at again
 *     npm run verification -- --minutes 9        # stops then; with --resume the next run goes on
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Lab } from './audit/lab.ts';
import type { Defect, Variant } from './verification/defect.ts';
import { DEFECTS } from './verification/defects.ts';
import { type Row, wrongVerdicts } from './verification/judge.ts';
import { type Depth, type Said, verifyVariant } from './verification/look.ts';
import { page } from './verification/page.ts';
import { keyOf, Resume, stateOf } from './verification/resume.ts';

const absolutePage = fileURLToPath(new URL('../docs/verification.md', import.meta.url));

/** Each verification starts databases and servers: more at once would only wait for each other. */
const AT_ONCE = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    resume: { type: 'string', default: join(tmpdir(), 'fix-backend-verification.json') },
    minutes: { type: 'string', default: '1000' },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
});

/** Looks at each variant once, unless the file of an earlier run knows it. */
class Looks {
  private readonly end = Date.now() + Number(values.minutes) * 60_000;
  private readonly resume = new Resume(resolve(values.resume));
  private readonly state = stateOf(resolve(values.dist));

  constructor(private readonly lab: Lab) {}

  get over(): boolean {
    return Date.now() > this.end;
  }

  async row(defect: Defect): Promise<Row> {
    const probe = await this.look(defect, 'defect', 'probe');
    const twin = await this.look(defect, 'twin', 'probe');
    return { defect, probe, twin, boot: await this.look(defect, 'defect', 'boot') };
  }

  private async look(defect: Defect, variant: Variant, depth: Depth): Promise<Said | string> {
    const key = keyOf(defect, variant, depth, this.state);
    const known = this.resume.find(key);
    if (known) return known;
    try {
      const said = await verifyVariant(defect, variant, depth, this.lab);
      this.resume.keep(key, said);
      return said;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

async function rowsOf(defects: readonly Defect[], lab: Lab): Promise<Row[]> {
  const looks = new Looks(lab);
  const rows = new Map<Defect, Row>();
  const queue = [...defects];
  const work = async () => {
    for (let next = queue.shift(); next && !looks.over; next = queue.shift()) {
      const row = await looks.row(next);
      rows.set(next, row);
      say(row);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return defects.flatMap((defect) => rows.get(defect) ?? []);
}

function say(row: Row): void {
  const wrong = wrongVerdicts(row);
  console.log(`${wrong.length ? 'WRONG' : 'right'}  ${row.defect.id}`);
  for (const one of wrong) console.log(`       ${one}`);
}

async function main(): Promise<number> {
  const unknown = positionals.filter((id) => !DEFECTS.some((one) => one.id === id));
  if (unknown.length) throw new Error(`there is no defect ${unknown.join(', ')}`);
  const wanted = DEFECTS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
  const lab = new Lab(resolve(values.dist));
  try {
    const rows = await rowsOf(wanted, lab);
    const wrong = rows.filter((row) => wrongVerdicts(row).length);
    console.log(`\n${rows.length} of ${wanted.length} defects, ${wrong.length} with a wrong verdict`);
    const whole = rows.length === DEFECTS.length;
    if (values.write && whole) writeFileSync(absolutePage, page(rows));
    if (values.write && !whole)
      console.log('docs/verification.md stays as it is: not every defect was looked at');
    return wrong.length || rows.length < wanted.length ? 1 : 0;
  } finally {
    lab.clear();
  }
}

process.exitCode = await main();
