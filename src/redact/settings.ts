import type { Shown } from './literals.ts';
import { isSecretName } from './secret-name.ts';
import { redactValue, type Site } from './values.ts';

/** A name, perhaps in quotes or a subscript, and what puts a value to it in any of the forms that we meet. */
const ASSIGNMENT =
  /(?<![\w$]|\w[.-])(\\?["'`])?([A-Za-z_][\w.-]{0,100})(\\?["'`])?\]?\??([ \t]*)(:=|=>|===?|!==?|=|:)([ \t]*)/g;
/** What stands before a setting on its line: listings, diffs, comments, `export`, lists of YAML, `ENV` of Dockerfiles. */
const LINE_LEAD = /^(?:[\s\d|>:+*#/-]|export |set |ENV |ARG |- )*["']?$/;
/** A line that says which file the next lines are from. */
const HEADER = /^(?:\+\+\+ |--- |diff --git |Index: |> file: |# file: |```)[^\n]*$/gm;
/** The first line that no longer belongs to a diff: from there on nobody knows again. */
const AFTER_DIFF = /\n(?![-+ @\\]|(?:diff|index|new|old|deleted|similarity|rename|copy) )/y;
const CODE =
  /\.(?:pyi?|[cm]?[jt]sx?|vue|svelte|go|rb|java|rs|php|cs)\b|```(?:python|py|js|ts|javascript|typescript)\b/;
const SETTINGS =
  /\.env\b|\.(?:ini|cfg|conf|toml|ya?ml|properties|json)\b|```(?:dotenv|ini|toml|ya?ml|json)\b/;

/** Replaces the values of settings with a secret name by `***`; the layout stays. `file` says what the text is from. */
export function redactSettings(text: string, file?: string): string {
  const kinds = kindsOf(text, file);
  const found = new RegExp(ASSIGNMENT);
  let out = '';
  let at = 0;
  for (let match = found.exec(text); match; match = found.exec(text)) {
    const shown = isSecretName(match[2] ?? '') ? redactAt(text, match, kinds) : undefined;
    if (!shown) continue;
    out += text.slice(at, found.lastIndex) + shown.text;
    at = shown.end;
    found.lastIndex = Math.max(shown.end, found.lastIndex);
  }
  return out + text.slice(at);
}

function redactAt(text: string, match: RegExpExecArray, kinds: Kinds): Shown | undefined {
  const [all, , name = '', , gap = '', separator = '', space = ''] = match;
  const lineStart = text.lastIndexOf('\n', match.index) + 1;
  const lead = text.slice(lineStart, match.index);
  const commented = /^[\s\d|>:+-]*(?:#|\/\/)/.test(lead);
  return redactValue(text, match.index + all.length, {
    kind: commented && kindAt(kinds, match.index) === 'code' ? 'any' : kindAt(kinds, match.index),
    name,
    separator,
    startsLine: LINE_LEAD.test(lead),
    tight: gap === '' && space === '',
    column: lead.length,
  });
}

type Kinds = { from: number; kind: Site['kind'] }[];

function kindsOf(text: string, file: string | undefined): Kinds {
  const first: Kinds[number] = { from: 0, kind: kindOf(file ?? '') };
  let end = 0;
  const headers = [...text.matchAll(HEADER)].flatMap((match): Kinds => {
    const header: Kinds[number] = { from: match.index, kind: kindOf(match[0]) };
    if (!match[0].startsWith('+++ ')) return [header];
    if (end <= match.index) end = endOfDiff(text, match.index);
    return [header, { from: end, kind: first.kind }];
  });
  return [first, ...headers];
}

/** Only lines that begin as a diff's lines do are taken for the file that the diff names. */
function endOfDiff(text: string, header: number): number {
  for (let at = text.indexOf('\n', header); at >= 0; at = text.indexOf('\n', at + 1)) {
    AFTER_DIFF.lastIndex = at;
    if (AFTER_DIFF.test(text)) return at;
  }
  return text.length;
}

function kindOf(words: string): Site['kind'] {
  if (CODE.test(words)) return 'code';
  return SETTINGS.test(words) ? 'settings' : 'any';
}

function kindAt(kinds: Kinds, offset: number): Site['kind'] {
  return kinds.findLast((each) => each.from <= offset)?.kind ?? 'any';
}
