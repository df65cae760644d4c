/**
 * The format of `transforms/<language>/<id>/samples.md`, which is both the tests of a transform and its page in docs/transforms.
 *
 *     ## A sentence that says what the sample shows
 *
 *     > file: app/db.py
 *     > bytes: crlf, bom, no newline
 *     > class: unsafe
 *     > not rewritten: alias (the reason)
 *
 *     ```python before        the file as it is
 *     ```python after         the file as the repair leaves it
 *
 * - `before` without `after`: this file stays as it is. `after` without `before`: the repair creates it.
 * - `> file:` names the file of the fences below it, up to the next one. Without it the fence's language decides: `python` is
 *   main.py, `dotenv` is .env, and so on (DEFAULT_PATHS). Several files make a sample of several files.
 * - `> finds: report` or `> finds: note`: nothing changes, and a finding or note of that kind must be there. Where a sample
 *   has neither an `after` nor a `finds`, the transform must leave it alone: at least one such sample a transform.
 * - `> class: safe` or `> class: unsafe`: what changes is of that class.
 * - `> bytes:` applies to every text of the sample. `> not rewritten:` leaves out one of the rewrites of rewrite.ts, with a reason.
 * - Fences above the first heading belong to every sample that has no file of that path.
 * - A sample with Python and no manifest has a requirements.txt with fastapi, sqlmodel and sqlalchemy.
 * - Fences that hold fences are written with `~~~`. All other lines are prose for the reader.
 *
 * test/transforms.test.ts repairs each sample with every unsafe finding taken, compares, and repairs again: nothing may change.
 */
import { type Block, blocksOf } from './blocks.ts';
import { changes, DEFAULT_PATHS, type Sample, type SampleFile } from './sample.ts';

/** A `samples.md` that says nothing clear. The message names the file, the line and the heading. */
class SampleError extends Error {
  constructor(file: string, line: number, title: string | undefined, message: string) {
    super(`${file}:${line}: ${title ? `"${title}": ` : ''}${message}`);
    this.name = 'SampleError';
  }
}

/** What applies to all texts of a sample: `> bytes: crlf, bom, no newline`. */
const BYTES: Record<string, (text: string) => string> = {
  crlf: (text) => text.replaceAll('\n', '\r\n'),
  bom: (text) => `\ufeff${text}`,
  'no newline': (text) => text.replace(/\r?\n$/, ''),
};

/**
 * Reads the samples of one transform. Each `## sentence` begins one; `> file: path` names the file of the fences
 * that follow; a fence is tagged `<language> before` or `<language> after`. Files above the first heading belong to every
 * sample that has no file of that path. Throws a SampleError for anything that would otherwise be passed over.
 */
export function readSamples(file: string, text: string): Sample[] {
  const sections = sectionsOf(blocksOf(file, text));
  const [preamble] = sections.splice(0, 1);
  const shared = preamble ? new SectionReader(file, preamble).files() : [];
  const samples = sections.map((section) => new SectionReader(file, section).sample(shared));
  if (samples.length === 0)
    throw new SampleError(file, 1, undefined, 'there is no sample: begin one with "## a sentence"');
  for (const [i, { title, line }] of samples.entries()) {
    const earlier = samples.slice(0, i).find((sample) => sample.title === title);
    if (earlier)
      throw new SampleError(file, line, title, `the heading is there already, at line ${earlier.line}`);
  }
  return samples;
}

interface Section {
  title: string | undefined;
  line: number;
  blocks: Block[];
}

/** The blocks above the first heading, then those of each heading. */
function sectionsOf(blocks: Block[]): Section[] {
  const sections: Section[] = [{ title: undefined, line: 1, blocks: [] }];
  for (const block of blocks) {
    if (block.kind === 'heading') sections.push({ title: block.text, line: block.line, blocks: [] });
    else sections.at(-1)?.blocks.push(block);
  }
  return sections;
}

class SectionReader {
  private readonly file: string;
  private readonly section: Section;
  private readonly found = new Map<string, SampleFile>();
  private readonly notes: Pick<Sample, 'finds' | 'class' | 'notRewritten'> = { notRewritten: [] };
  private bytes: ((text: string) => string)[] = [];
  private path: string | undefined;

  constructor(file: string, section: Section) {
    this.file = file;
    this.section = section;
    for (const block of section.blocks) this.take(block);
  }

  sample(shared: SampleFile[]): Sample {
    const { title, line } = this.section;
    const own = this.files();
    if (title === undefined || !/\S\s+\S/.test(title)) this.fail(line, 'the heading is not a sentence');
    if (!own.some(({ before }) => before !== undefined)) this.fail(line, 'there is no fence tagged "before"');
    const files = [...shared.filter(({ path }) => !own.some((file) => file.path === path)), ...own];
    const sample = { title, line, files, ...this.notes };
    if (sample.finds && changes(sample))
      this.fail(line, `"finds: ${sample.finds}" means that nothing changes, but there is an "after"`);
    if (sample.class && !changes(sample))
      this.fail(line, `"class: ${sample.class}" is of what changes, but there is no "after"`);
    return sample;
  }

  files(): SampleFile[] {
    const written = (text: string) => this.bytes.reduce((out, change) => change(out), text);
    return [...this.found.values()].map(({ before, after, ...file }) => ({
      ...file,
      ...(before !== undefined && { before: written(before) }),
      ...(after !== undefined && { after: written(after) }),
    }));
  }

  private take(block: Block): void {
    if (block.kind === 'fence') this.takeFence(block);
    if (block.kind === 'directive') this.takeDirective(block);
  }

  private takeDirective({ line, name, value }: Block & { kind: 'directive' }): void {
    if (name === 'file') this.path = value;
    else if (name === 'finds') this.takeFinds(line, value);
    else if (name === 'class') this.takeClass(line, value);
    else if (name === 'bytes')
      this.bytes = value
        .split(/\s*,\s*/)
        .map(
          (word) => BYTES[word] ?? this.fail(line, `"${word}" is none of: ${Object.keys(BYTES).join(', ')}`),
        );
    else if (name === 'not rewritten') this.takeNotRewritten(line, value);
    else this.fail(line, `"> ${name}:" is none of: file, finds, class, bytes, not rewritten`);
  }

  private takeFinds(line: number, value: string): void {
    if (value !== 'report' && value !== 'note')
      this.fail(line, `"finds: ${value}" is neither report nor note`);
    this.notes.finds = value;
  }

  private takeClass(line: number, value: string): void {
    if (value !== 'safe' && value !== 'unsafe')
      this.fail(line, `"class: ${value}" is neither safe nor unsafe`);
    this.notes.class = value;
  }

  private takeNotRewritten(line: number, value: string): void {
    const [, rewrite, why] = /^([\w -]+?)\s*\((.+)\)$/.exec(value) ?? [];
    if (!rewrite || !why) this.fail(line, 'write it as "> not rewritten: alias (the reason)"');
    this.notes.notRewritten.push({ rewrite, why });
  }

  private takeFence({ line, info, text }: Block & { kind: 'fence' }): void {
    const [, language, when] = /^(\w+) (before|after)$/.exec(info) ?? [];
    if (!language || (when !== 'before' && when !== 'after')) {
      this.fail(line, `the fence is tagged "${info}", not "<language> before" or "<language> after"`);
    }
    const path =
      this.path ?? DEFAULT_PATHS[language] ?? this.fail(line, `name the ${language} file: "> file: path"`);
    const file = this.found.get(path) ?? { path, language };
    if (file[when] !== undefined) this.fail(line, `${path} has two fences tagged "${when}"`);
    if (file.language !== language) this.fail(line, `${path} is ${file.language} above and ${language} here`);
    file[when] = text;
    if (file.before === file.after)
      this.fail(line, `${path} is the same after as before: leave the "after" out`);
    this.found.set(path, file);
  }

  private fail(line: number, message: string): never {
    throw new SampleError(this.file, line, this.section.title, message);
  }
}
