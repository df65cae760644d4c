import { readDockerfile } from '../settings/dockerfile.ts';
import { isPep508Error, parsePep508 } from '../settings/pep508.ts';
import { normaliseName } from '../settings/requirement.ts';
import { shellWords } from '../settings/shell-words.ts';
import { settingsKind } from '../settings/variables.ts';
import type { Workspace } from '../workspace.ts';

/** `pip install`, `python3 -m pip install`, `uv pip install`. */
const INSTALL = /\bpip\d?(?:\.\d+)?\s+(?:-\S+\s+)*install\s(.*)$/s;
/** Options whose value is the next word. */
const TAKES_VALUE =
  /^(-[ritcfe]|--(requirement|constraint|index-url|extra-index-url|find-links|editable|target|trusted-host|timeout|default-timeout|prefix|root))$/;

/** What Dockerfiles install by themselves, by normalised name: `RUN pip install fastapi SQLAlchemy==1.3.24`. The first counts. */
export function packagesOfImages(workspace: Workspace, paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of paths.filter((each) => settingsKind(each) === 'dockerfile')) {
    const file = workspace.read(path);
    for (const { keyword, text } of file ? readDockerfile(file).steps : []) {
      for (const { name, specifier } of keyword === 'RUN' ? installedBy(text) : [])
        if (!found.has(name)) found.set(name, specifier);
    }
  }
  return found;
}

function installedBy(text: string): { name: string; specifier: string }[] {
  return text.split(/&&|\|\||[;|\n]/).flatMap((command) => {
    const words = shellWords(INSTALL.exec(command)?.[1] ?? '').map(({ value }) => value);
    return words.flatMap((word, at) => {
      const read = /^-/.test(word) || TAKES_VALUE.test(words[at - 1] ?? '') ? undefined : parsePep508(word);
      return read && !isPep508Error(read)
        ? [{ name: normaliseName(read.name), specifier: read.specifier }]
        : [];
    });
  });
}
