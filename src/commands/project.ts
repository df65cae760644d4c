import { resolve } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { needsJavaScript } from '../detect/needs-javascript.ts';
import { notEditable } from '../files/editable.ts';
import { openWorkspace } from '../files/open-workspace.ts';
import { loadJavaScript } from '../languages/javascript/engine.ts';
import { loadPython } from '../languages/python/tree.ts';
import { type LoadedTransform, loadTransforms, transformIds } from '../load-transforms.ts';
import { checkPatterns } from '../plan/id-patterns.ts';
import { discover } from '../stages/discover.ts';
import { type Choice, plan } from '../stages/plan.ts';
import { recover } from '../stages/recover.ts';
import { FixBackendError, type Plan } from '../types.ts';
import { version } from '../version.ts';
import type { Workspace } from '../workspace.ts';
import type { Context } from './context.ts';
import type { Selection } from './options.ts';
import { parsesEverything } from './parses-everything.ts';
import { pathArgument } from './shell.ts';
import { checkTargets, markTargeted, readTargets, targetNotices } from './targets.ts';

/** One folder that a command was pointed at, read and ready to be planned. */
export interface Project {
  absoluteRoot: string;
  /** As the person typed it. */
  path: string;
  /** The path as it follows a command: ` ./api`, or nothing where the command runs in the folder. */
  argument: string;
  workspace: Workspace;
  backends: Backend[];
  transforms: LoadedTransform[];
  configuration: Configuration;
  /** A plan for the workspace. What could not be read is among its problems. */
  plan(choice: Pick<Choice, 'unsafe' | 'refused'> & { among?: ReadonlySet<string> }): Plan;
}

/** Looking at more of them takes so long that a person wonders. */
const MANY_FILES = 500;
/** Looking at more of them takes longer than a second anywhere. */
const VERY_MANY_FILES = 5000;

/**
 * Reads a folder: recovers what an earlier run left half done, lists the files, finds the backends and loads the
 * transforms for their languages. Throws FixBackendError where there is no such folder or no backend in it.
 */
export async function openProject(path: string, selection: Selection, context: Context): Promise<Project> {
  const absoluteRoot = resolve(context.host.absoluteCwd, path);
  checkSelection(selection);
  const targets = readTargets(selection.target ?? []);
  const { progress } = context.terminal;
  progress({ stage: 'reading', text: path, state: 'start' });
  await recoverFirst(absoluteRoot, context);
  const { workspace, problems } = openWorkspace(absoluteRoot);
  const configuration = readConfiguration(absoluteRoot);
  const announce = (what: string) => {
    const files = workspace.files().length;
    if (files > MANY_FILES) context.terminal.announce(`${what} ${files} files`, files > VERY_MANY_FILES);
  };
  const told = new Set<string>();
  const tellOnce = (notice: string) => {
    if (!told.has(notice)) context.terminal.say(notice);
    told.add(notice);
  };
  announce('reading');
  await loadPython();
  const backends = discover(workspace, targets);
  if (backends.length === 0) throw noBackend(path);
  checkTargets(targets, backends);
  const languages = new Set(backends.map(({ facts }) => facts.language));
  const transforms = await loadTransforms([...languages, 'settings']);
  if (needsJavaScript(backends, transforms)) await loadJavaScript();
  const tools = {
    tool: `fix-backend ${version()}`,
    transforms,
    parses: parsesEverything,
    notEditable: (paths: readonly string[]) => notEditable(workspace.absoluteRoot, paths),
    discover: (now: Workspace) => (now === workspace ? backends : discover(now, targets)),
  };
  progress({ stage: 'reading', text: path, state: 'done' });
  return {
    absoluteRoot: workspace.absoluteRoot,
    path,
    argument: pathArgument(path),
    workspace,
    backends,
    transforms,
    configuration,
    plan(choice) {
      announce('planning');
      const { among } = choice;
      const chosen = among ? transforms.filter(({ id }) => among.has(id)) : transforms;
      const how = { ...choice, only: selection.only, skip: selection.skip };
      const planned = plan(workspace, how, { ...tools, transforms: chosen });
      const all = { ...planned, problems: [...problems, ...planned.problems] };
      if (Object.keys(targets).length === 0) return all;
      for (const notice of targetNotices(targets, backends)) tellOnce(notice);
      return markTargeted(
        all,
        plan(workspace, how, { ...tools, transforms: chosen, discover: (now) => discover(now) }),
        targets,
      );
    },
  };
}

/** The same project with only these transforms. */
export function narrow(project: Project, ids: ReadonlySet<string>): Project {
  return {
    ...project,
    transforms: project.transforms.filter(({ id }) => ids.has(id)),
    plan(choice) {
      const among = choice.among ? new Set([...choice.among].filter((id) => ids.has(id))) : ids;
      return project.plan({ ...choice, among });
    },
  };
}

/** Says what recovery did, since files of the person have changed by it. */
export async function recoverFirst(
  absoluteRoot: string,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<void> {
  for (const { run, left } of await recover(absoluteRoot)) {
    terminal.say(`The run ${run.id} was broken off before it ended. Its files are as they were before it.`);
    if (left.length > 0) {
      terminal.say(`Changed by someone since, and so left alone: ${left.join(', ')}`);
      terminal.say(`Their originals are in .fix-backend/runs/${run.id}/backups.`);
    }
  }
}

function checkSelection({ only, skip }: Selection): void {
  if (only.length + skip.length === 0) return;
  const ids = transformIds();
  checkPatterns('--only', only, ids);
  checkPatterns('--skip', skip, ids);
}

function noBackend(path: string): FixBackendError {
  return new FixBackendError(`There is no backend in ${path} that fix-backend knows.`, {
    next: 'Point it at the folder that holds requirements.txt, pyproject.toml or package.json:  fix-backend path/to/backend',
    exitCode: 2,
  });
}
