import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { errorCode } from '../files/io-error.ts';
import { paint } from '../terminal/paint.ts';
import type { Plan } from '../types.ts';
import type { Context } from './context.ts';
import { asTyped, installs } from './install-commands.ts';
import { lastLines } from './last-lines.ts';
import type { Project } from './project.ts';

/**
 * Runs the install commands in the person's own environment, because they typed `--install`. Returns false where one
 * fails; its last lines are shown then, and the changes stay.
 */
export async function install(plan: Plan, project: Project, { terminal, host }: Context): Promise<boolean> {
  for (const each of installs(plan, project.workspace)) {
    const typed = asTyped(each, project.path);
    terminal.say(`$ ${typed}`);
    for (const [command = '', ...args] of each.commands) {
      terminal.progress({ stage: 'install', text: typed, state: 'start' });
      const { code, output } = await run(command, args, join(project.absoluteRoot, each.folder), host.env);
      terminal.progress({ stage: 'install', text: typed, state: code === 0 ? 'done' : 'fail' });
      if (code === 0) continue;
      terminal.say(lastLines(output));
      terminal.say(
        `${paint('red', 'fix-backend:')} the install command failed. The changes are written and stay.\nOnce that is put right:  ${typed}`,
      );
      return false;
    }
  }
  return true;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      const missing = errorCode(error) === 'ENOENT';
      resolve({ code: 1, output: missing ? `There is no ${command} on the PATH.` : error.message });
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
