import { endOfLine, hide, redactLiteral, redactLiterals, type Shown } from './literals.ts';
import { isSecretVariable } from './secret-name.ts';

/** Where a secret's value stands. */
export interface Site {
  /** `code`: only literals are values. `settings`: everything is. `any`: nobody knows. */
  kind: 'code' | 'settings' | 'any';
  name: string;
  separator: string;
  /** The name is the first thing on its line, but for what listings and diffs put before it. */
  startsLine: boolean;
  /** Nothing stands between name, separator and value. */
  tight: boolean;
  /** Column of the name. */
  column: number;
}

/** A value that is no value, or a word after which code goes on. */
const KEYWORD =
  /^(?:(?:None|True|False|null|undefined|true|false|nil|pass|break|continue)(?=\s*(?:$|[,;)\]}]|#|\/\/| (?:if|or|and) ))|(?:await|not|new|lambda|return|raise|yield|typeof|if|else)(?=\s))/;
const BASE_TYPE =
  '(?:str|bytes|int|float|bool|list|dict|set|tuple|object|string|number|boolean|any|unknown|never|void|String|Number|Boolean|Buffer|Any|None|Column|[A-Za-z]*(?:Str|Dsn|Token|Secret|SecretBytes|Password))';
/** An annotation, and what can follow one: a default, the next parameter, the end. */
const TYPE = new RegExp(
  `^["']?(?:${BASE_TYPE}|(?:[A-Za-z_.]+\\.)?[A-Za-z]+\\[.*\\])["']?(?=\\s*(?:$|[=,)|;}#\\]]))`,
);
/** A call or a subscript that is closed, or goes on in the next line. */
const EXPRESSION = /^\(*[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*\s*(?:\(.*\)|\[.*\]|[([{](?:.*,)?\s*$)/;
const SETTINGS_READER =
  /^(?:os|config|env|environ|settings|getenv|process|self|decouple|SecretStr|Field|str|get_\w+|Config|import)\b/;
const NAMES_AN_OBJECT =
  /^(?:self|cls|this|settings|config|cfg|os|env|request|req|res|ctx|context|app|args|kwargs|options|opts|payload|body|user|credentials|form_data|form|data|obj|params|props|process)\.[A-Za-z_.]+$/;

/** The value at an offset as it may be shown; undefined where it holds nothing to hide. */
export function redactValue(text: string, at: number, site: Site): Shown | undefined {
  const line = text.slice(at, endOfLine(text, at));
  if (/^[|>][-+\d]*[ \t]*(?:#.*)?$/.test(line)) return redactBlock(text, at + line.length, site.column);
  if (line.trim() === '') return undefined;
  const literal = redactLiteral(text, at);
  if (literal) return goOn(text, literal, site);
  if (/^[([{]/.test(line) && !isPlain(line, site)) return redactBracket(text, at);
  if (KEYWORD.test(line)) return redactCode(at, line);
  const typed = site.separator === ':' && site.kind !== 'settings' ? afterType(line) : undefined;
  if (typed !== undefined)
    return typed === '' ? undefined : redactTyped(text, at + line.length - typed.length, site, at);
  if (site.kind === 'code' || isCode(line, site)) return redactCode(at, line);
  if (/^(?:==|===)$/.test(site.separator)) return undefined;
  return redactBare(at, line, site);
}

/** `"a" "b"` of Python, on this line: one literal in two. */
function goOn(text: string, shown: Shown, site: Site): Shown {
  const gap = /^[ \t]*(?=[rRbBuUfF]{0,2}["'])/.exec(text.slice(shown.end, endOfLine(text, shown.end)))?.[0];
  const next = gap !== undefined && redactLiteral(text, shown.end + gap.length);
  return next ? goOn(text, { end: next.end, text: shown.text + gap + next.text }, site) : shown;
}

/** What follows `= ` after an annotation; empty where nothing does, undefined where there is no annotation. */
function afterType(line: string): string | undefined {
  if (!TYPE.test(line)) return undefined;
  return /(?:^|[^=!<>])=(?!=)\s*(.*)$/.exec(line)?.[1] ?? '';
}

function redactTyped(text: string, valueAt: number, site: Site, at: number): Shown | undefined {
  const shown = redactValue(text, valueAt, { ...site, separator: '=', tight: false, kind: 'code' });
  return shown && { end: shown.end, text: text.slice(at, valueAt) + shown.text };
}

function isCode(line: string, site: Site): boolean {
  if (site.kind === 'settings') return false;
  if (EXPRESSION.test(line)) return !isDotenvLine(site) || SETTINGS_READER.test(line);
  if (isDotenvLine(site) || (site.separator === ':' && site.startsLine && !/[,;)]\s*$/.test(line)))
    return false;
  const value = line.replace(/(?:\s+#.*|[,;)}\]\s]+)$/, '');
  const [first = ''] = value.split(/\s+(?:or|if|and|\|\||\?\?)\s+/);
  return NAMES_AN_OBJECT.test(first) || isSecretVariable(first.split('.').at(-1) ?? '');
}

function isDotenvLine(site: Site): boolean {
  return site.startsLine && site.tight && site.separator === '=' && site.name === site.name.toUpperCase();
}

/** A password may begin with a bracket; a list of them has quotes, or goes on in the next line. */
function isPlain(line: string, site: Site): boolean {
  if (site.kind === 'code' || /["'`]|[([{]\s*$/.test(line)) return false;
  return site.kind === 'settings' || isDotenvLine(site);
}

/** In code only literals are secrets, and of a call's arguments only those that can be its value. */
function redactCode(at: number, line: string): Shown {
  // No person reads such a line; looking into it would take its length squared.
  if (line.length > 4000) return { end: at + line.length, text: '***' };
  return { end: at + line.length, text: redactLiterals(line, isValueInCode) };
}

const READS =
  /(?:\b(?:getenv|get|pop|setdefault|config|env|environ|str|env\.\w+)\(\s*["'][^"']*["']\s*,\s*(?:default\s*=\s*)?)$/;
const WRAPS =
  /\b(?:SecretStr|SecretBytes|Secret|str|bytes|b64decode|fromhex|Fernet|quote|quote_plus|unquote|encode|decode|from)\(\s*$/;
const DEFAULTS = /\b(?:default|value|default_value|fallback)\s*[=:]\s*$|\bField\(\s*$/;
const OPERAND = /(?:\bor|\belse|\breturn|\bawait|\?\?|\|\||[?:])\s*$|^\s*(?:not\s+)?$|\+\s*$/;

function isValueInCode(before: string, after: string): boolean {
  if (/^\s*\]/.test(after)) return false;
  if (READS.test(before) || WRAPS.test(before) || DEFAULTS.test(before)) return true;
  const open = (before.match(/[([{]/g) ?? []).length - (before.match(/[)\]}]/g) ?? []).length;
  return open <= 0 && OPERAND.test(before);
}

/** A list, a tuple or a mapping: every item, and every value that follows a quoted key. */
function redactBracket(text: string, at: number): Shown {
  const end = closingBracket(text, at);
  const inside = text.slice(at, end);
  const isMapping = inside.startsWith('{');
  const wanted = (before: string, after: string) =>
    isMapping ? /["'`]\s*:\s*$/.test(before) : /[[(,+\s]$/.test(before) && !/^\s*[:\]]\s*[:[]/.test(after);
  return {
    end,
    text:
      isMapping || !/[A-Za-z_]\w*\(/.test(inside)
        ? redactLiterals(inside, wanted)
        : redactLiterals(inside, isValueInCode),
  };
}

function closingBracket(text: string, at: number): number {
  let depth = 0;
  for (let here = at; here < Math.min(text.length, at + 4000); here += 1) {
    const literal = /["'`]/.test(text[here] ?? '') ? redactLiteral(text, here) : undefined;
    if (literal) here = literal.end - 1;
    else if (/[([{]/.test(text[here] ?? '')) depth += 1;
    else if (/[)\]}]/.test(text[here] ?? '') && --depth === 0) return here + 1;
  }
  return endOfLine(text, at);
}

/** Lines of a YAML block that are indented deeper than its key. */
function redactBlock(text: string, from: number, column: number): Shown {
  let end = from;
  while (end < text.length) {
    const next = /\r?\n([ \t+>|\d-]*)(.*)/y;
    next.lastIndex = end;
    const match = next.exec(text);
    if (!match || ((match[1] ?? '').length <= column && match[2] !== '')) break;
    end = next.lastIndex;
  }
  return { end, text: text.slice(from, end) === '' ? '' : hide(text.slice(from, end)) };
}

/** A value without quotes: to the end of the line where its name starts the line, else to what can end it. */
function redactBare(at: number, line: string, site: Site): Shown {
  const value = site.startsLine
    ? line.replace(/\s+#.*$/, '').replace(/[\s,]+$/, '')
    : (/^.*?(?=[\s&;"'`)\]}<]|,(?:\s|$|[\w.-]+[=:])|$)/.exec(line)?.[0] ?? '');
  return { end: at + value.length, text: hide(value) };
}
