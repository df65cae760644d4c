import type { PythonDocument } from '../languages/python/document.ts';
import { dirname } from '../languages/python/modules.ts';

/**
 * Which documents may use a name of which module. Looked up once for a list of documents and a name, so that asking for
 * every module of a large backend does not read every other module each time.
 */
interface Users {
  /** Documents with the name in their text, by path. */
  all: Map<string, PythonDocument>;
  /** Those that star-import something, and so may have it from anywhere. */
  anywhere: PythonDocument[];
  /** By the path of a module that one of their imports leads to. */
  byFile: Map<string, PythonDocument[]>;
  /** By a folder below which an attribute may reach anything. */
  byFolder: Map<string, PythonDocument[]>;
}

const known = new WeakMap<readonly PythonDocument[], Map<string, Users>>();

/** The documents that may use `name` of `owner`, `owner` itself among them, in their own order. */
export function candidates(
  documents: readonly PythonDocument[],
  owner: PythonDocument,
  name: string,
): PythonDocument[] {
  const users = usersOf(documents, name);
  const found = new Set([...users.anywhere, ...(users.byFile.get(owner.path) ?? [])]);
  for (let folder = dirname(owner.path); folder !== ''; folder = dirname(folder))
    for (const document of users.byFolder.get(folder) ?? []) found.add(document);
  const own = users.all.get(owner.path);
  if (own) found.add(own);
  return [...found].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function usersOf(documents: readonly PythonDocument[], name: string): Users {
  const byName = known.get(documents) ?? new Map<string, Users>();
  known.set(documents, byName);
  const found = byName.get(name) ?? findUsers(documents, name);
  byName.set(name, found);
  return found;
}

function findUsers(documents: readonly PythonDocument[], name: string): Users {
  const all = documents.filter(({ text }) => text.includes(name));
  const users: Users = {
    all: new Map(all.map((each) => [each.path, each])),
    anywhere: [],
    byFile: new Map(),
    byFolder: new Map(),
  };
  for (const document of all) {
    if (document.scopes.stars.length > 0) {
      users.anywhere.push(document);
      continue;
    }
    const { files, folders } = reachOf(document);
    for (const file of files) add(users.byFile, file, document);
    for (const folder of folders) add(users.byFolder, folder, document);
  }
  return users;
}

function add(index: Map<string, PythonDocument[]>, key: string, document: PythonDocument): void {
  const found = index.get(key);
  if (found) found.push(document);
  else index.set(key, [document]);
}

/** What a document's imports lead to: files, and folders below which anything may be reached by an attribute. */
function reachOf(document: PythonDocument): { files: Set<string>; folders: Set<string> } {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const origin of [...document.imported.values()].flat()) {
    if (origin.kind === 'namespace') folders.add(origin.folder);
    if (origin.kind !== 'local' && origin.kind !== 'module') continue;
    files.add(origin.document.path);
    if (origin.kind === 'module' && origin.document.isPackage) folders.add(dirname(origin.document.path));
  }
  return { files, folders };
}
