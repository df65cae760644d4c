import { asJson, SCHEMA_VERSION } from '../show/json.ts';
import { verdictText } from '../show/verdict-text.ts';
import type { Context } from './context.ts';
import type { CommonOptions, VerifyOptions } from './options.ts';
import { openProject } from './project.ts';
import { verifyEach } from './prove.ts';

/** Starts the backends of a folder as they are. Exit 0 where every check passes. */
export async function verifyOnly(
  path: string,
  options: CommonOptions & VerifyOptions & { format: 'text' | 'json' },
  context: Context,
): Promise<number> {
  const { terminal } = context;
  const project = await openProject(path, { only: [], skip: [] }, context);
  const facts = project.backends.map((backend) => backend.facts);
  const verdicts = await verifyEach(project, facts, {}, options, context);
  if (options.format === 'json') {
    terminal.raw(asJson({ schemaVersion: SCHEMA_VERSION, verdicts }, options.showSecrets));
  } else {
    terminal.result(verdicts.map((verdict) => verdictText(verdict, terminal.layout)).join('\n\n'));
  }
  return verdicts.every(({ result }) => result === 'fixed') ? 0 : 1;
}
