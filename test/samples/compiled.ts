import { spawnSync } from 'node:child_process';

const SCRIPT = `import json, sys, warnings
warnings.simplefilter("ignore")
for name, text in json.load(sys.stdin).items():
    try:
        compile(text, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        print(name, error)
`;

export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** What CPython says of texts that do not compile, one a line; all of them in one process. */
export function compileErrors(texts: ReadonlyMap<string, string>): string {
  const done = spawnSync('python3', ['-c', SCRIPT], {
    input: JSON.stringify(Object.fromEntries(texts)),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return done.stdout + done.stderr;
}
