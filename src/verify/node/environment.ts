import { dirname, join } from 'node:path';
import { loadJavaScript } from '../../languages/javascript/engine.ts';
import type { BackendFacts, EntryPoint } from '../../types.ts';
import type { Environment } from '../environment.ts';
import type { Subject } from '../job.ts';
import type { Workshop } from '../workshop.ts';
import { nodeDatabases } from './addresses.ts';
import { nodeCommands } from './commands.ts';
import { installNode, type NodeInstaller, readJson } from './install.ts';
import { readingRoutes } from './routes.ts';

/** A Node backend whose packages are installed, in the same words as a Python one. */
export interface NodeReady {
  /** The facts with what only the installed copy tells: its databases, and an entry where only a script starts it. */
  facts: BackendFacts;
  environment: Environment;
  settings: Record<string, string>;
  node: NonNullable<Subject['node']>;
  /** `engines.node` of package.json. */
  allowed: string | undefined;
}

const PORT = 3000;

/**
 * Installs a copy (absolute) of a Node backend and reads how it is started. `treeInside` is where the programs in the box see the
 * copy; they are run by the workshop's Python, which needs no environment of its own. Returns the last lines where it fails.
 */
export async function makeNodeReady(
  facts: BackendFacts,
  absoluteCopy: string,
  treeInside: string,
  workshop: Workshop,
  installer: Omit<NodeInstaller, 'bwrap' | 'hidden'>,
): Promise<NodeReady | { failed: string }> {
  await loadJavaScript();
  const packages = await installNode(absoluteCopy, facts.root, {
    ...installer,
    bwrap: workshop.bwrap,
    hidden: facts.settingsFiles.map((file) => join(absoluteCopy, file)),
  });
  if ('failed' in packages) return packages;
  const known = { ...facts, requires: { ...facts.requires, ...packages.packages } };
  const { addresses, settings, missing } = nodeDatabases(known, absoluteCopy);
  const commands = nodeCommands(facts, absoluteCopy, treeInside, packages);
  const entry = facts.entry ?? (commands.start ? byScript(facts) : undefined);
  return {
    facts: {
      ...known,
      addresses,
      ...(entry && { entry }),
      requiredSettings: missing.filter(isNeeded).map((name) => ({ name, type: 'string' })),
    },
    environment: {
      absoluteFolder: packages.folders[0] ?? dirname(process.execPath),
      python: workshop.python.executable,
      installer: packages.manager,
      packages: packages.packages,
      builtAt: new Date().toISOString(),
    },
    settings: { NODE_ENV: 'development', ...settings, PORT: String(PORT) },
    node: { ...commands, routes: readingRoutes(facts, absoluteCopy) },
    allowed: readJson(join(absoluteCopy, facts.root, 'package.json')).engines?.node,
  };
}

/** A variable that is a secret or an address: the others have a default in the code, more often than not. */
function isNeeded(name: string): boolean {
  return /(URL|URI|DSN|SECRET|KEY|PASSWORD|TOKEN)$/.test(name);
}

function byScript({ root }: BackendFacts): EntryPoint {
  return {
    file: root ? `${root}/package.json` : 'package.json',
    module: '',
    attribute: '',
    factory: false,
    cwd: root,
    pythonPath: [],
    source: 'package.json script start',
    port: PORT,
  };
}
