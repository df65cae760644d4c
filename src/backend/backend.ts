import type { BackendFacts } from '../types.ts';
import type { Workspace } from '../workspace.ts';
/** One backend as the transforms see it: its facts, and the workspace to look further. */
export interface Backend {
  facts: BackendFacts;
  workspace: Workspace;
}
