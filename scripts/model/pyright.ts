import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Position {
  line: number;
  character: number;
}

interface Diagnostic {
  file: string;
  message: string;
  range: { start: Position; end: Position };
}

/** The types that pyright gives to what stands in `reveal_type(…)`, by `path:line:character` of its first character, counted from 0. */
export function revealedTypes(folder: string, files: readonly string[], python: string): Map<string, string> {
  const config = {
    include: files,
    extraPaths: ['.', 'src'],
    typeCheckingMode: 'off',
    pythonPlatform: 'Linux',
  };
  writeFileSync(join(folder, 'pyrightconfig.json'), JSON.stringify(config));
  const done = spawnSync('npx', ['pyright', '--outputjson', '--pythonpath', python, '-p', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 300_000,
  });
  const output = done.stdout.slice(done.stdout.indexOf('{'));
  const { generalDiagnostics = [] }: { generalDiagnostics?: Diagnostic[] } = output ? JSON.parse(output) : {};
  const types = new Map<string, string>();
  for (const { file, message, range } of generalDiagnostics) {
    const type = /^Type of [\s\S]* is "([\s\S]*)"$/.exec(message)?.[1];
    const path = file.slice(folder.length + 1);
    if (type !== undefined)
      types.set(
        `${path}:${range.start.line}:${range.start.character}:${range.end.line}:${range.end.character}`,
        type,
      );
  }
  return types;
}
