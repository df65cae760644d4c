/** `npm run new python/<id>`: makes the two files of a transform, ready to be filled in. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../transforms', import.meta.url));
const id = process.argv[2] ?? '';

const TRANSFORM = `import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Say what it does, in the imperative',
  why: 'Say what happens to the person without it.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/',
  fixes: [],
  literals: ['a word without which there is nothing to find'],
  detect(_document, _backend) {
    return [];
  },
} satisfies Transform<'python'>;
`;

const SAMPLES = `## A sentence that says what the sample shows

\`\`\`python before
before = 1
\`\`\`

\`\`\`python after
after = 1
\`\`\`

## A sentence that says why this is left alone

\`\`\`python before
other = 1
\`\`\`
`;

function problem(): string | undefined {
  if (!/^(python|settings|javascript)\/[a-z][a-z0-9-]+$/.test(id))
    return `name it like python/await-engine-dispose, not "${id}"`;
  return existsSync(join(folder, id)) ? `transforms/${id} is there already` : undefined;
}

const wrong = problem();
if (wrong) {
  console.error(`npm run new: ${wrong}`);
  process.exitCode = 2;
} else {
  mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, id, 'transform.ts'), TRANSFORM.replaceAll("'python'", `'${id.split('/')[0]}'`));
  writeFileSync(join(folder, id, 'samples.md'), SAMPLES);
  console.log(`transforms/${id}: fill transform.ts and samples.md in, then npm test`);
}
