import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { type IniEntry, readIni } from './ini.ts';
import { isPep508Error, parsePep508 } from './pep508.ts';
import type { TomlManifest } from './pyproject.ts';
import { problemAt } from './range.ts';
import type { Requirement } from './requirement.ts';
import { partsOf } from './requirements.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/** `install_requires`, `extras_require` and `python_requires` of a setup.cfg: setuptools, "Configuring setuptools using setup.cfg". */
export function readSetupCfg(file: File): TomlManifest {
  const { entries, problems } = readIni(file);
  const lists = entries.filter((entry) => groupOf(entry) !== undefined);
  const requirements: Requirement[] = [];
  for (const entry of lists.filter(({ value }) => !FILE.test(value))) {
    const told = entry.section === PBR ? [] : problems;
    for (const line of entry.lines) readLine(file, line, groupOf(entry) ?? 'main', requirements, told);
  }
  const python = entries.find(
    (entry) => entry.section === 'options' && entry.key === 'python_requires',
  )?.value;
  const includes = lists.filter((entry) => groupOf(entry) === 'main').flatMap(({ value }) => filesOf(value));
  return {
    entries: requirements,
    problems,
    includes,
    ...(python !== undefined && { requiresPython: python }),
  };
}

/** Where pbr keeps the optional groups; its marks of Python versions are its own (docs.openstack.org/pbr, "extras"). */
const PBR = 'extras';

/** `install_requires = file: requirements.txt, more.txt`. */
const FILE = /^\s*file:/;

function filesOf(value: string): string[] {
  const paths = FILE.test(value) ? value.replace(FILE, '').split(/[\n,]/) : [];
  return paths.map((path) => path.trim()).filter((path) => path !== '');
}

function groupOf({ section, key }: IniEntry): string | undefined {
  if (section === 'options' && key === 'install_requires') return 'main';
  return section === 'options.extras_require' || section === PBR ? key : undefined;
}

/** Only one requirement a line can be edited by lines: `a; b` on the key's own line is left to a person. */
function readLine(
  file: File,
  line: IniEntry['lines'][number],
  group: string,
  into: Requirement[],
  problems: Problem[],
): void {
  const parsed = parsePep508(line.text);
  if (isPep508Error(parsed)) {
    problems.push(problemAt(file, line.range.start + parsed.offset, parsed.message));
    return;
  }
  into.push({
    file: file.path,
    group,
    text: line.text,
    hashes: [],
    editable: false,
    line: file.text.slice(0, line.range.start).split('\n').length,
    style: 'line',
    ...partsOf(parsed, line.range.start, line.range),
  });
}
