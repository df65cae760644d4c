import type { SourceFile } from '../../files/source-file.ts';
import {
  type PrismaBlock,
  type PrismaField,
  prismaString,
  readPrismaSchema,
} from '../../settings/prisma-schema.ts';
import type { Backend } from '../backend.ts';

/** The datasource of a backend's schema. */
export interface Datasource {
  file: SourceFile;
  provider: string;
  block: PrismaBlock;
  blocks: PrismaBlock[];
  field(name: string): PrismaField | undefined;
}

/** The one datasource of the backend's schemas; undefined where there is none, or several. */
export function datasourceOf({ workspace, facts }: Backend): Datasource | undefined {
  const below = facts.root === '' ? '' : `${facts.root}/`;
  const found = workspace
    .files()
    .filter((path) => path.endsWith('.prisma') && path.startsWith(below) && !path.includes('node_modules/'))
    .flatMap((path) => {
      const file = workspace.read(path);
      const blocks = file ? readPrismaSchema(file) : [];
      return blocks.filter(({ kind }) => kind === 'datasource').map((block) => ({ file, block, blocks }));
    });
  const [one, another] = found;
  if (!one?.file || another) return undefined;
  const field = (name: string) => one.block.fields.find((each) => each.name === name);
  return {
    file: one.file,
    block: one.block,
    blocks: one.blocks,
    provider: prismaString(field('provider')?.value) ?? '',
    field,
  };
}
