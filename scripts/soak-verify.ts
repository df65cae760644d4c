/**
 * The long test of verification: verifies a small backend again and again and kills the program at random moments, with a
 * box and without, and looks for what is left. The short one is test/verify/leaks.test.ts.
 *
 *     npm run soak:verify [-- --verifications 200 --kills 50 --minutes 60]
 *
 * May be run in parts: each adds a line to docs/soak/verify.log, until the parts of one commit come to the numbers asked for.
 * Exit code 1 where anything was left or a verification did not pass, 2 where the time ran out first.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LeakLab, randomFrom } from '../test/verify/leak-lab.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOG = join(root, 'docs/soak/verify.log');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGKILL'] as const;

const { values } = parseArgs({
  options: {
    verifications: { type: 'string', default: '200' },
    kills: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '60' },
  },
});
const wanted = { verifications: Number(values.verifications), kills: Number(values.kills) };
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

/** What earlier parts of the same commit have done. */
function doneBefore(): { verifications: number; kills: number } {
  const lines = existsSync(LOG) ? readFileSync(LOG, 'utf8').split('\n') : [];
  const parts = lines.map((line) => /commit (\S+) +verifications (\d+) +kills (\d+)/.exec(line));
  const own = parts.filter((part) => part?.[1] === commit);
  const sum = (at: number) => own.reduce((total, part) => total + Number(part?.[at] ?? 0), 0);
  return { verifications: sum(2), kills: sum(3) };
}

const began = Date.now();
const before = doneBefore();
const seed = Math.floor(began / 1000);
const random = randomFrom(seed);
const done = { verifications: 0, kills: 0 };
const bad: string[] = [];
let usual = 10;

/** What is left after one run; a folder may be, where the program could not do anything any more. */
async function look(lab: LeakLab, what: string, foldersToo: boolean): Promise<void> {
  for (const one of await lab.processes()) wrong(`${what} left the process ${one}`);
  for (const one of foldersToo ? lab.folders() : []) wrong(`${what} left the folder ${one}`);
}

/** Said at once, for a run may be long. */
function wrong(what: string): void {
  bad.push(what);
  console.error(what);
}

async function verifyOnce(lab: LeakLab): Promise<void> {
  const flags = done.verifications % 5 === 4 ? ['--no-sandbox'] : [];
  const end = await lab.verify(flags);
  done.verifications += 1;
  usual = end.seconds;
  if (end.code !== 0)
    wrong(
      `verification ${done.verifications} ended with ${end.code ?? end.signal}: ${end.said.slice(-2000)}`,
    );
  await look(lab, `verification ${done.verifications}`, true);
}

async function killOnce(lab: LeakLab): Promise<void> {
  const signal = SIGNALS[done.kills % SIGNALS.length] ?? 'SIGKILL';
  const after = Math.round(200 + random() * usual * 1000);
  await lab.verify(done.kills % 4 === 3 ? ['--no-sandbox'] : [], { signal, after });
  done.kills += 1;
  await look(lab, `${signal} after ${after} ms`, signal !== 'SIGKILL');
}

const lab = await LeakLab.open();
const more = () => Date.now() - began < Number(values.minutes) * 60_000;
const left = () => ({
  verifications: wanted.verifications - before.verifications - done.verifications,
  kills: wanted.kills - before.kills - done.kills,
});
while (more() && (left().verifications > 0 || left().kills > 0)) {
  // Spread evenly, and a verification last, which takes away what a kill has left.
  if (left().kills > 0 && left().kills * wanted.verifications >= left().verifications * wanted.kills)
    await killOnce(lab);
  else await verifyOnce(lab);
  const number = done.verifications + done.kills;
  if (number % 10 === 0)
    console.error(
      `${done.verifications} verifications, ${done.kills} kills, ${bad.length} left something; ${Math.round((Date.now() - began) / 1000)} s`,
    );
}
await lab.verify();
await look(lab, 'the last verification', true);
lab.remove();

mkdirSync(dirname(LOG), { recursive: true });
const seconds = Math.round((Date.now() - began) / 1000);
appendFileSync(
  LOG,
  `${new Date(began).toISOString().slice(0, 16)}Z  commit ${commit}  verifications ${done.verifications}  kills ${done.kills}  left something ${bad.length}  seconds ${seconds}  seed ${seed}\n${bad.map((one) => `    ${one}\n`).join('')}`,
);
const total = doneBefore();
console.log(
  `commit ${commit}: ${total.verifications} of ${wanted.verifications} verifications, ${total.kills} of ${wanted.kills} kills; in this part ${bad.length} left something`,
);
for (const one of bad) console.log(one);
process.exitCode = bad.length > 0 ? 1 : left().verifications > 0 || left().kills > 0 ? 2 : 0;
