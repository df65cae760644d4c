import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import {
  addRequirement,
  readManifest,
  removeRequirement,
  replaceRequirement,
  withExtra,
} from '../../src/settings/manifest.ts';
import type { Edit } from '../../src/types.ts';
import { RUNS } from './runs.ts';

/** A file is made of blocks; each is what one requirement, or something else, takes up. */
interface Block {
  lines: string[];
  /** Of a requirement: its name, its extras as written, what follows them, and the comment behind it. */
  requirement?: { indent: string; name: string; extras: string; rest: string; comment: string };
}

const REQUIREMENT = fc
  .record({
    indent: fc.constantFrom('', '', '', '  ', '\t'),
    name: fc.constantFrom('sqlalchemy', 'SQLAlchemy', 'psycopg2_binary', 'a.b', 'x', 'fastapi'),
    extras: fc.constantFrom('', '', '[mypy]', '[a, b]', '[a,b]', ' [a]'),
    rest: fc.constantFrom(
      '',
      '>=2.0.36',
      ' >= 2 , < 3',
      '==2.*; python_version < "3.14"',
      " ~=2.0.1 ; os_name == 'nt'",
      ' \\\n    >=1',
      '>=1, \\\n\t<2',
      ' @ https://example.invalid/x-1.zip',
    ),
    comment: fc.constantFrom('', '', '  # why', ' #why: é', '\t# tab'),
  })
  .map(
    (requirement): Block => ({
      requirement,
      lines:
        `${requirement.indent}${requirement.name}${requirement.extras}${requirement.rest}${requirement.comment}`.split(
          '\n',
        ),
    }),
  );
const OTHER = fc
  .constantFrom(
    '',
    '# comment',
    '   # x==1',
    '-r base.txt',
    '-c c.txt',
    '--index-url https://example.invalid/simple',
    '-e .',
    './local/pkg',
    '\f',
    '   ',
    '# ends with \\',
  )
  .map((line): Block => ({ lines: [line] }));
const FILE = fc.record({
  blocks: fc.array(fc.oneof({ weight: 3, arbitrary: REQUIREMENT }, OTHER), { minLength: 1, maxLength: 8 }),
  ending: fc.constantFrom('\n', '\r\n'),
  bom: fc.constantFrom('', '\ufeff'),
  final: fc.boolean(),
  pick: fc.nat(),
});
/** A text of one line shows no line ending; `\n` is written then. */
const SHAPE = FILE.map((shape) =>
  shape.final || shape.blocks.flatMap((block) => block.lines).length > 1
    ? shape
    : { ...shape, ending: '\n' as const },
);
type Shape = typeof FILE extends fc.Arbitrary<infer T> ? T : never;

function textOf({ ending, bom, final }: Shape, blocks: Block[]): string {
  const lines = blocks.flatMap((block) => block.lines);
  return bom + lines.join(ending) + (final && lines.length > 0 ? ending : '');
}

/** The file, its chosen requirement, and what the text must be once that block is another. */
function scene(shape: Shape) {
  const own = shape.blocks.filter((block) => block.requirement);
  const block = own[shape.pick % Math.max(own.length, 1)];
  const file = { path: 'requirements.txt', text: textOf(shape, shape.blocks) };
  const manifest = readManifest(file);
  const requirement = block && manifest.requirements[own.indexOf(block)];
  const others = (write: (block: Block) => string[]) =>
    textOf(
      shape,
      shape.blocks.flatMap((one) => {
        const lines = one === block ? write(one) : one.lines;
        return lines.length > 0 ? [{ lines }] : [];
      }),
    );
  return { file, manifest, requirement, written: block?.requirement, own, others };
}

const applied = (text: string, edits: Edit[] | undefined) => edits && applyEdits(text, edits);

describe('random edits of a requirements.txt', () => {
  const every = (look: (shape: Shape) => void) => fc.assert(fc.property(SHAPE, look), RUNS);

  it('reads each requirement that is there, and no other', () => {
    every((shape) => {
      const { manifest, own } = scene(shape);
      expect(manifest.problems).toEqual([]);
      expect(manifest.requirements.map((one) => one.name)).toEqual(
        own.map((block) => block.requirement?.name.toLowerCase().replace(/[._]/g, '-')),
      );
    });
  });

  it('replaces one: indentation, comment and every other line stay', () => {
    every((shape) => {
      const { file, requirement, written, others } = scene(shape);
      if (!requirement || !written) return;
      expect(applied(file.text, replaceRequirement(file, requirement, 'asyncpg>=0.29.0'))).toBe(
        others(() => [`${written.indent}asyncpg>=0.29.0${written.comment}`]),
      );
    });
  });

  it('adds one behind another: every line stays', () => {
    every((shape) => {
      const { file, manifest, requirement, written, others } = scene(shape);
      if (!requirement || !written) return;
      const edits = addRequirement(manifest, file, 'asyncpg>=0.29.0', { after: requirement, comment: 'new' });
      expect(applied(file.text, edits)).toBe(
        others((block) => [...block.lines, `${written.indent}asyncpg>=0.29.0  # new`]),
      );
    });
  });

  it('adds one to any file, at the end of what it says', () => {
    every((shape) => {
      const { file, manifest } = scene(shape);
      const after = applied(file.text, addRequirement(manifest, file, 'asyncpg>=0.29.0')) ?? '';
      const again = readManifest({ ...file, text: after });
      expect(again.requirements.map((one) => one.name)).toEqual([
        ...manifest.requirements.map((one) => one.name),
        'asyncpg',
      ]);
      expect(again.problems).toEqual([]);
      const lines = after.split(shape.ending);
      const kept = lines.filter((line) => line.replace('\ufeff', '').trim() !== 'asyncpg>=0.29.0');
      const BLANK = /^\ufeff?[ \f]*$/;
      expect(kept.filter((line) => !BLANK.test(line))).toEqual(
        file.text.split(shape.ending).filter((line) => !BLANK.test(line)),
      );
      expect(after.startsWith('\ufeff')).toBe(shape.bom !== '');
    });
  });

  it('adds an extra: nothing but the brackets changes', () => {
    every((shape) => {
      const { file, requirement, written } = scene(shape);
      if (!requirement || !written) return;
      const after = applied(file.text, withExtra(file, requirement, 'asyncio'));
      const again = readManifest({ ...file, text: after ?? '' });
      const found = again.requirements.find((one) => one.line === requirement.line);
      expect(found).toMatchObject({
        name: requirement.name,
        specifier: requirement.specifier,
        extras: [...requirement.extras, 'asyncio'],
      });
      expect(after?.replace(/\[asyncio\]|, ?asyncio(?=\])/, '')).toBe(file.text);
      expect(found && withExtra({ ...file, text: after ?? '' }, found, 'asyncio')).toEqual([]);
    });
  });

  it('removes one: its lines go and no other', () => {
    every((shape) => {
      const { file, requirement, written, others } = scene(shape);
      if (!requirement || !written) return;
      expect(applied(file.text, removeRequirement(file, requirement))).toBe(others(() => []));
    });
  });
});
