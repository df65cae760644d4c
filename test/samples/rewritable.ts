import { type Rewrite, rewritten } from '../../src/samples/rewrite.ts';
import { changes, type Sample } from '../../src/samples/sample.ts';
import { discover } from '../../src/stages/discover.ts';
import { filesOf, workspaceOf } from './sample-files.ts';

/**
 * The files of a sample with every Python file rewritten, or undefined where the sample opts out, tells nothing about its
 * findings, or no file has anything that this rewrite works on. The Python parser must have been loaded.
 */
export function rewrittenFiles(sample: Sample, rewrite: Rewrite): Record<string, string> | undefined {
  if (!changes(sample) && !sample.finds) return undefined;
  if (sample.notRewritten.some((each) => each.rewrite === rewrite)) return undefined;
  const files = filesOf(sample);
  const [backend] = discover(workspaceOf(files));
  const written = Object.keys(files)
    .filter((path) => path.endsWith('.py'))
    .flatMap((path) => {
      const document = backend?.pythonDocument(path);
      return [...((document && rewritten(document, rewrite)) ?? [])];
    });
  return written.length > 0 ? { ...files, ...Object.fromEntries(written) } : undefined;
}
