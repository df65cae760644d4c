/** One file of a sample: with both texts it changes, with `before` alone it stays, with `after` alone it is created. */
export interface SampleFile {
  path: string;
  /** The fence's tag: `python`, `dotenv`. */
  language: string;
  before?: string;
  after?: string;
}

/** One section of a `samples.md`: an example, a test and a piece of documentation. */
export interface Sample {
  title: string;
  /** Where its heading stands, counted from 1. */
  line: number;
  files: SampleFile[];
  /** Nothing changes, but such a finding must be there. */
  finds?: 'report' | 'note';
  /** The class of what changes, where the sample is about that. */
  class?: 'safe' | 'unsafe';
  /** Rewrites that say nothing about this sample, each with the reason. */
  notRewritten: { rewrite: string; why: string }[];
}

export function changes(sample: Sample): boolean {
  return sample.files.some(({ after }) => after !== undefined);
}

/** What a file is called where the sample does not say. */
export const DEFAULT_PATHS: Readonly<Record<string, string>> = {
  python: 'main.py',
  js: 'index.js',
  jsx: 'index.jsx',
  mjs: 'index.mjs',
  cjs: 'index.cjs',
  ts: 'index.ts',
  tsx: 'index.tsx',
  mts: 'index.mts',
  cts: 'index.cts',
  text: 'requirements.txt',
  dotenv: '.env',
  toml: 'pyproject.toml',
  yaml: 'docker-compose.yml',
  ini: 'alembic.ini',
  json: 'package.json',
  markdown: 'README.md',
  dockerfile: 'Dockerfile',
  sh: 'start.sh',
};
