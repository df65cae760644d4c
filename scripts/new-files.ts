/** The two files of a new transform, ready to be filled in: they compile, and their test fails until they are. */
interface NewFiles {
  'transform.ts': string;
  'samples.md': string;
}

type Kind = 'python' | 'javascript' | 'settings';

const DESCRIPTION = `  title: 'Say what it does, in the imperative',
  why: 'Say what happens to the person without it.',
  safety: 'safe',
  docs: 'https://example.invalid/the-source-of-the-fact',
  fixes: [],
`;
const LITERALS = `  literals: ['a word without which there is nothing to find'],\n`;

const TRANSFORMS: Record<Kind, string> = {
  python: `import type { Transform } from '../../../src/transform.ts';

export default {
${DESCRIPTION}${LITERALS}  detect(_document, _backend) {
    return [];
  },
} satisfies Transform<'python'>;
`,
  settings: `import type { Transform } from '../../../src/transform.ts';

export default {
${DESCRIPTION}  detect(_backend) {
    return [];
  },
} satisfies Transform<'settings'>;
`,
  javascript: `import type { API, FileInfo } from 'jscodeshift';
import { runJscodeshift } from '../../../src/languages/javascript/run-jscodeshift.ts';
import type { Transform } from '../../../src/transform.ts';

export const transform = {
${DESCRIPTION}${LITERALS}  detect(document, _backend) {
    const edits = runJscodeshift(rewrite, document);
    const [first] = edits;
    if (!first) return [];
    const at = document.place(first.start, first.end);
    return [{ subject: 'what it is about', at, message: 'Say what is wrong at this place.', edits }];
  },
} satisfies Transform<'javascript'>;

/** What jscodeshift reads files with when it runs this by itself. */
export const parser = 'tsx';

/** A standard jscodeshift transform. */
export default function rewrite(file: FileInfo, { j }: API): string | undefined {
  const found = j(file.source).find(j.Identifier, { name: 'before' });
  return found.length > 0 ? found.toSource() : undefined;
}
`,
};

/** Tag of the fences and, where the language has no file of its own name, the file. */
const FENCES: Record<Kind, { tag: string; before: string; after: string }> = {
  python: { tag: 'python', before: 'before = 1', after: 'after = 1' },
  javascript: { tag: 'js', before: 'before();', after: 'after();' },
  settings: { tag: 'text', before: 'before==1', after: 'after==1' },
};

/** Returns the files for an id such as `python/await-engine-dispose`, or why it cannot be one. */
export function newFiles(id: string): NewFiles | string {
  const [, kind] = /^(python|settings|javascript)\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/.exec(id) ?? [];
  if (!kind) return `name it like python/await-engine-dispose, not "${id}"`;
  return { 'transform.ts': TRANSFORMS[kind as Kind], 'samples.md': samples(FENCES[kind as Kind]) };
}

function samples({ tag, before, after }: (typeof FENCES)[Kind]): string {
  const fence = (when: string, text: string) => `\`\`\`${tag} ${when}\n${text}\n\`\`\`\n`;
  return [
    '## A sentence that says what the sample shows\n',
    fence('before', before),
    fence('after', after),
    '## A sentence that says why this is left alone\n',
    fence('before', before.replace('before', 'other')),
  ].join('\n');
}
