import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { listRuns } from '../../src/stages/history.ts';
import { recover } from '../../src/stages/recover.ts';
import { FIVE, makeFive, planOf, snapshot } from './project.ts';

/** The system calls by which apply changes anything, and `openat` and `close`, without which nothing works. */
export const CALLS = ['openat', 'write', 'fsync', 'rename', 'mkdir', 'fchmod', 'close'];

export const hasStrace = spawnSync('strace', ['-V']).status === 0;

type Action = 'apply' | 'undo' | 'redo' | 'recover';

/** One project in one state, the program, and what may be seen of the project after a crash. */
export class CrashHarness {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fix-backend-crash-'));
  private readonly program = join(this.folder, 'program.cjs');
  private readonly plan: string;
  private readonly pristine: string;
  readonly root = join(this.folder, 'project');
  readonly old: Record<string, string>;
  readonly new: Record<string, string>;

  constructor() {
    const entry = fileURLToPath(new URL('./apply-program.ts', import.meta.url));
    const target = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
    buildSync({ entryPoints: [entry], outfile: this.program, ...target });
    this.pristine = makeFive();
    this.save('old');
    this.plan = JSON.stringify({ ...planOf(this.pristine, FIVE.new), absoluteRoot: this.root });
    this.reset('old');
    this.old = snapshot(this.root);
    this.run('apply');
    this.save('applied');
    this.new = snapshot(this.root);
  }

  /** Puts the project into a state that was saved. */
  reset(state: string): void {
    rmSync(this.root, { recursive: true, force: true });
    cpSync(join(this.folder, state), this.root, { recursive: true, preserveTimestamps: true });
  }

  /** Keeps the project's state under a name. */
  save(state: string): void {
    const from = state === 'old' ? this.pristine : this.root;
    rmSync(join(this.folder, state), { recursive: true, force: true });
    cpSync(from, join(this.folder, state), { recursive: true, preserveTimestamps: true });
  }

  run(action: Action, strace: string[] = []): { status: number | null; stderr: string } {
    const command = [process.execPath, this.program, action, action === 'apply' ? this.plan : this.root];
    const all = strace.length > 0 ? ['strace', '-qq', ...strace, ...command] : command;
    const { status, stderr } = spawnSync(all[0] ?? '', all.slice(1), { encoding: 'utf8', timeout: 60_000 });
    return { status, stderr };
  }

  /** At which counts a system call of the main thread concerns the project, in the given state. */
  points(state: string, action: Action, call: string): number[] {
    this.reset(state);
    const log = join(this.folder, 'strace.log');
    this.run(action, ['-y', '-o', log, '-e', `trace=${call}`]);
    const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
    const ours = (line: string) => line.includes(this.root) || line.includes('"/proc/self/fd/');
    const points = lines.flatMap((line, index) => (ours(line) ? [index + 1] : []));
    if (points.length === 0) throw new Error(`${action} never calls ${call}: nothing would be tested`);
    return points;
  }

  inject(state: string, action: Action, fault: string): { status: number | null; stderr: string } {
    this.reset(state);
    return this.run(action, ['-o', '/dev/null', '-e', `inject=${fault}`]);
  }

  /** `old` or `new`, after recovery; anything else is said in words. */
  async outcome(): Promise<string> {
    await recover(this.root);
    const now = JSON.stringify(snapshot(this.root));
    const tree =
      now === JSON.stringify(this.old) ? 'old' : now === JSON.stringify(this.new) ? 'new' : `mixed ${now}`;
    const runs = listRuns(this.root).map((run) => run.state);
    const expected = tree === 'new' ? ['applied'] : ['rolled-back', 'undone'];
    if (!runs.every((state) => expected.includes(state))) return `${tree}, but the runs are ${runs}`;
    return this.litter() ?? tree;
  }

  private litter(): string | undefined {
    const home = readdirSync(this.root).includes('.fix-backend')
      ? readdirSync(join(this.root, '.fix-backend'))
      : [];
    const known = home.every((name) => name === '.gitignore' || name === 'runs');
    const ours = home.length === 0 || (known && listRuns(this.root).length > 0);
    return ours ? undefined : `litter: ${home}`;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.pristine, { recursive: true, force: true });
  }
}
