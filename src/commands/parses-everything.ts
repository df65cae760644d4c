import { JavaScriptDocument } from '../languages/javascript/document.ts';
import { PythonDocument } from '../languages/python/document.ts';
import { PythonModules } from '../languages/python/modules.ts';
import { parsesAs } from '../plan/parses.ts';
import { Workspace } from '../workspace.ts';

const NO_MODULES = new PythonModules(new Workspace('', [], () => undefined));

/** Why a file does not parse, for every kind of file that a transform may change. The parsers must have been loaded. */
export const parsesEverything = parsesAs([
  { files: /\.pyi?$/, parses: (file) => new PythonDocument(file, NO_MODULES).problem },
  { files: /\.([cm]?[jt]s|[jt]sx)$/, parses: (file) => new JavaScriptDocument(file).problem },
]);
