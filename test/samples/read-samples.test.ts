import { expect, test } from 'vitest';
import { readSamples } from '../../src/samples/read-samples.ts';

/** Markdown whose fences are written with three single quotes. */
const read = (text: string) => readSamples('samples.md', text.replaceAll("'''", '```'));

const PAIR = "'''python before\na = 1\n'''\n\n'''python after\na = 2\n'''\n";

test('a heading, a before and an after are a sample', () => {
  expect(read(`## One sentence\n\n${PAIR}`)).toEqual([
    {
      title: 'One sentence',
      line: 1,
      files: [{ path: 'main.py', language: 'python', before: 'a = 1\n', after: 'a = 2\n' }],
      notRewritten: [],
    },
  ]);
});

test('a before alone stays, an after alone is created', () => {
  const text = "## One sentence\n'''python before\na\n'''\n> file: b.py\n'''python after\n'''\n";
  expect(read(text)[0]?.files).toEqual([
    { path: 'main.py', language: 'python', before: 'a\n' },
    { path: 'b.py', language: 'python', after: '' },
  ]);
});

test('files above the first heading belong to each sample that has none of that path', () => {
  const shared = "> file: requirements.txt\n'''text before\nfastapi\n'''\n\n";
  const own = "> file: requirements.txt\n'''text before\nsqlmodel\n'''\n";
  const samples = read(`${shared}## First one\n${PAIR}\n## Second one\n${PAIR}${own}`);
  expect(samples.map(({ files }) => files.find(({ path }) => path === 'requirements.txt')?.before)).toEqual([
    'fastapi\n',
    'sqlmodel\n',
  ]);
});

test('what stands inside a fence is text, also where it looks like a heading or a directive', () => {
  const [sample, ...others] = read("## One sentence\n~~~markdown before\n## Not one\n> file: x\n'''\n~~~\n");
  expect(others).toEqual([]);
  expect(sample?.files).toEqual([
    { path: 'README.md', language: 'markdown', before: '## Not one\n> file: x\n```\n' },
  ]);
});

test('bytes apply to every text of the sample, wherever they are asked for', () => {
  const [sample] = read(`## One sentence\n${PAIR}> bytes: crlf, bom, no newline\n`);
  expect(sample?.files).toEqual([
    { path: 'main.py', language: 'python', before: '\ufeffa = 1', after: '\ufeffa = 2' },
  ]);
  expect(read(`## One sentence\n> bytes: crlf\n${PAIR}`)[0]?.files[0]?.before).toBe('a = 1\r\n');
});

test('a rewrite is left out with a reason', () => {
  const [sample] = read(`## One sentence\n> not rewritten: multi-line (it is copied)\n${PAIR}`);
  expect(sample?.notRewritten).toEqual([{ rewrite: 'multi-line', why: 'it is copied' }]);
});

test('Markdown with CRLF reads the same', () => {
  expect(read(`## One sentence\n${PAIR}`.replaceAll('\n', '\r\n'))).toEqual(read(`## One sentence\n${PAIR}`));
});

const ONE = '## One sentence\n';

test.each([
  ['nothing', 'Only prose.\n', /samples\.md:1: there is no sample/],
  ['one word for a heading', `## Word\n${PAIR}`, /:1: "Word": the heading is not a sentence/],
  ['a heading twice', `${ONE}${PAIR}${ONE}${PAIR}`, /:9: .*there already, at line 1/],
  ['no before', `${ONE}'''python after\na\n'''\n`, /no fence tagged "before"/],
  [
    'two befores',
    `${ONE}'''python before\na\n'''\n'''python before\nb\n'''\n`,
    /:5: .*main\.py has two fences/,
  ],
  ['an open fence', `${ONE}'''python before\na\n`, /:2: the fence "```python before" is not closed/],
  ['an untagged fence', `${ONE}'''python\na\n'''\n`, /tagged "python", not/],
  ['a wrong tag', `${ONE}'''python then\na\n'''\n`, /tagged "python then", not/],
  ['a language without a name', `${ONE}'''ruby before\na\n'''\n`, /name the ruby file/],
  [
    'an after that is the before',
    `${ONE}'''python before\na\n'''\n'''python after\na\n'''\n`,
    /leave the "after" out/,
  ],
  [
    'a file of two languages',
    `${ONE}'''python before\na\n'''\n> file: main.py\n'''text after\nb\n'''\n`,
    /is python above/,
  ],
  ['an unknown directive', `${ONE}> flie: a.py\n${PAIR}`, /:2: .*"> flie:" is none of/],
  ['an unknown finding', `${ONE}> finds: bug\n'''python before\na\n'''\n`, /neither report nor note/],
  ['an unknown class', `${ONE}> class: report\n${PAIR}`, /neither safe nor unsafe/],
  ['a class of nothing', `${ONE}> class: safe\n'''python before\na\n'''\n`, /there is no "after"/],
  ['a report that changes something', `${ONE}> finds: report\n${PAIR}`, /means that nothing changes/],
  ['unknown bytes', `${ONE}> bytes: tabs\n${PAIR}`, /"tabs" is none of: crlf, bom, no newline/],
  ['an opt-out without a reason', `${ONE}> not rewritten: alias\n${PAIR}`, /\(the reason\)/],
])('refused, with its line: %s', (_what, text, message) => {
  expect(() => read(text)).toThrow(message);
});
