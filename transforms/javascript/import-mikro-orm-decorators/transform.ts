import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { importsOf } from '../../../src/languages/javascript/imports.ts';
import { type Node, nameOf } from '../../../src/languages/javascript/nodes.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const core = version('@mikro-orm/core');
  if (!core?.is('>=7')) return [];
  const decorators = new Set(
    script.all('Decorator').flatMap(({ expression }) => script.within(expression as Node)),
  );
  return importsOf(script, '@mikro-orm/core').flatMap((declaration): Found[] => {
    const names = ((declaration.specifiers ?? []) as Node[]).flatMap((one) => {
      const local = (one as unknown as { local?: Node }).local;
      const uses = local ? (script.bindingOf(local)?.references ?? []) : [];
      return uses.some((use) => decorators.has(use)) ? (nameOf(local) ?? []) : [];
    });
    if (names.length === 0) return [];
    return [
      {
        subject: 'decorators',
        at: declaration as Node,
        message: `${core.text} exports no decorators; ${names.join(', ')} moved to @mikro-orm/decorators/legacy.`,
        safety: 'report',
        next: 'npm install @mikro-orm/decorators, and import them from @mikro-orm/decorators/legacy. MikroORM 7 is ESM and wants Node 22.17.',
      },
    ];
  });
};

export const transform = {
  title: 'Import the decorators of MikroORM 7 from their package',
  why: 'MikroORM 7 moved its decorators to a package of their own, so the modules of the entities fail when they are loaded.',
  safety: 'report',
  docs: 'https://mikro-orm.io/docs/next/upgrading-v6-to-v7',
  catalogue: ['js-mikro-orm-7'],
  packages: ['@mikro-orm/core'],
  literals: ['@mikro-orm/core'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform that only reports. `--@mikro-orm/core=7` gives the installed version. */
export default rewriteWith(find, 'report');
