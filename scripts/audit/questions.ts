import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/types.ts';
import type { Question } from './row.ts';
import type { Finding, State } from './state.ts';

/** Questions to what is written, put by Python's own parser or to the lines themselves: not by the tool. */

const passes = (evidence: string): Outcome => ({ status: 'pass', evidence });
const fails = (evidence: string): Outcome => ({ status: 'fail', evidence });

/** No file imports the name from the module. */
export function notImported(name: string, module: string): Question {
  return {
    title: `nothing imports ${name} from ${module}`,
    look({ sources }) {
      const found = importsOf(sources, name).filter((each) => each.module === module);
      return found[0] ? fails(`${found[0].file}:${found[0].line} does`) : passes('no file does');
    },
  };
}

/** Every import of the name is from the module, and there is one. */
export function importedFrom(name: string, module: string): Question {
  return {
    title: `${name} comes from ${module}`,
    look({ sources }) {
      const found = importsOf(sources, name);
      const wrong = found.find((each) => each.module !== module);
      if (wrong) return fails(`${wrong.file}:${wrong.line} has it from ${wrong.module}`);
      return found[0]
        ? passes(found.map(({ file, line }) => `${file}:${line}`).join(', '))
        : fails('it is imported nowhere');
    },
  };
}

function importsOf(sources: State['sources'], name: string) {
  return Object.entries(sources).flatMap(([file, { imports }]) =>
    imports.filter((each) => each.name === name).map((each) => ({ file, ...each })),
  );
}

/** The call has these options with these values; null: not this option. */
export function options(call: string, wanted: Record<string, string | null>): Question {
  const listed = Object.entries(wanted).map(([name, value]) =>
    value === null ? `no ${name}` : `${name}=${value}`,
  );
  return {
    title: `${call} has ${listed.join(', ')}`,
    look({ sources }) {
      const found = Object.entries(sources).flatMap(([file, { calls }]) =>
        calls.filter((each) => each.name === call).map((each) => ({ file, ...each })),
      );
      if (!found[0]) return fails(`nothing calls ${call}`);
      const { file, line, keywords } = found[0];
      const wrong = Object.entries(wanted).filter(([name, value]) => (keywords[name] ?? null) !== value);
      const said = wrong.map(([name]) =>
        keywords[name] === undefined ? `no ${name}` : `${name}=${keywords[name]}`,
      );
      return wrong.length ? fails(`${file}:${line} has ${said.join(', ')}`) : passes(`${file}:${line}`);
    },
  };
}

/** Some line of the file is like this, and none like that. */
export function written(title: string, file: string, wanted: RegExp, unwanted: RegExp): Question {
  return {
    title,
    look({ absoluteFolder }) {
      const lines = readFileSync(join(absoluteFolder, file), 'utf8').split('\n');
      const wrong = lines.findIndex((each) => unwanted.test(each));
      if (wrong >= 0) return fails(`${file}:${wrong + 1} ${lines[wrong]}`);
      const right = lines.findIndex((each) => wanted.test(each));
      return right >= 0 ? passes(`${file}:${right + 1} ${lines[right]}`) : fails(`no such line in ${file}`);
    },
  };
}

/** The bytes that the file had are kept among the run's backups, and the name of the backup is their hash. */
export function backedUp(file: string): Question {
  return {
    title: `the bytes of ${file} before the repair are kept`,
    look({ absoluteFolder, absoluteBroken }) {
      const old = readFileSync(join(absoluteBroken, file));
      if (readFileSync(join(absoluteFolder, file)).equals(old))
        return fails('nothing was changed, nothing is kept');
      const name = createHash('sha256').update(old).digest('hex');
      const kept = runsIn(absoluteFolder)
        .map((run) => join(run, 'backups', name))
        .find(existsSync);
      if (!kept) return fails('no backup has their hash');
      return readFileSync(kept).equals(old)
        ? passes('a backup has the same bytes, and their SHA-256 as its name')
        : fails('the backup has other bytes');
    },
  };
}

/** Runs whose backups are still there. */
export const noBackups: Question = {
  title: 'no backup is left',
  look({ absoluteFolder }) {
    const left = runsIn(absoluteFolder).filter((run) => existsSync(join(run, 'backups')));
    return left.length ? fails(`${left.length} run with backups`) : passes('none');
  },
};

function runsIn(absoluteFolder: string): string[] {
  const runs = join(absoluteFolder, '.fix-backend/runs');
  return existsSync(runs) ? readdirSync(runs).map((id) => join(runs, id)) : [];
}

/** The error of the untouched server is kept, with the finding that explains it. */
export const baseline: Question = {
  title: 'the error of the untouched server is kept and explained',
  look({ report }) {
    const kept = report?.verdicts[0]?.baseline;
    if (!kept) return fails('no run, and nothing kept');
    return kept.explainedBy
      ? passes(`${kept.error}, explained by ${kept.explainedBy}`)
      : fails(`${kept.error}, not explained`);
  },
};

/** Each change is in both reports with its file, old and new text, why and source. */
export const documented: Question = {
  title: 'each change is in the report with path, old, new, why and source',
  look({ report, absoluteFolder }) {
    if (!report) return fails('no report');
    const text = runsIn(absoluteFolder)
      .map((run) => readFileSync(join(run, 'report.md'), 'utf8'))
      .join('\n');
    const missing = report.changes.filter((change) => !isWhole(change, text));
    return missing.length
      ? fails(`${missing.map(({ transform }) => transform).join(', ')} without one of them`)
      : passes(report.changes.map(({ file, transform }) => `${file} by ${transform}`).join(', '));
  },
};

/** The change has all its parts, and the report for people has them too. */
function isWhole({ file, why, docs, files }: Finding, text: string): boolean {
  // Markdown escapes letters that mean something to it.
  const unescaped = text.replaceAll('\\', '');
  const lines = files.flatMap(({ diff }) => (diff ?? '').split('\n'));
  const [old, now] = ['-', '+'].map((sign) => lines.filter((each) => each.startsWith(sign)));
  const parts = [file, why, docs, ...(old ?? []), ...(now ?? [])];
  return (
    Boolean(old?.length && now?.length) &&
    parts.every((part) => part !== '' && unescaped.includes(part.replaceAll('\\', '')))
  );
}
