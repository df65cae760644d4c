/** `npm run new python/<id>`: makes the two files of a transform, ready to be filled in. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformsFolder } from '../src/load-transforms.ts';
import { newFiles } from './new-files.ts';

const id = process.argv[2] ?? '';
const folder = join(transformsFolder(), id);
const files = newFiles(id);
const problem = typeof files === 'string' ? files : existsSync(folder) && `transforms/${id} is there already`;

if (problem) {
  console.error(`npm run new: ${problem}`);
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  console.log(`transforms/${id}: fill transform.ts and samples.md in, then npm run docs and npm test`);
}
