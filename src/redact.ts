import { isSecretName } from './redact/secret-name.ts';
import { redactSettings } from './redact/settings.ts';
import { redactTokens } from './redact/tokens.ts';
import { redactUrls, standsForValue } from './redact/urls.ts';

/**
 * The one redactor: everything that leaves the program goes through it. Passwords in URLs, values of settings with a
 * secret name, and secrets of known shape become `***`; everything else, the layout too, stays as it is.
 * In a program's source only literals are values: `token = next(tokens)` stays. `file` says what the text is from,
 * where one knows; the headers of diffs and the fences of Markdown say it too. Redacting twice changes nothing.
 */
export function redact(text: string, file?: string): string {
  return redactPhrases(redactSettings(redactTokens(redactUrls(text)), file));
}

/** True where `redact` would hide something. */
export function holdsSecret(text: string, file?: string): boolean {
  return redact(text, file) !== text;
}

/** `--show-secrets` takes no value: what follows it in a command that we name is a path. */
const OWN_OPTION = 'show-secrets';

/** Secrets that follow a word instead of a sign: options of commands, headers, SQL, `.netrc`, XML. */
function redactPhrases(text: string): string {
  return text
    .replace(/(--?)([A-Za-z][\w-]*)([ \t]+)(?!-)([^\s"'`]+)/g, (all, dashes, name, gap, value) =>
      isSecretName(name) && name !== OWN_OPTION && !standsForValue(value) && dashes === '--'
        ? `${dashes}${name}${gap}***`
        : all,
    )
    .replace(/\b(Bearer|Basic)( +)(?=[a-z.]*[A-Z0-9+/=_~-])([A-Za-z0-9+/=._~-]{8,})/g, '$1$2***')
    .replace(/\b((?:Set-)?Cookie: *)[^\s"'][^\n"']*/g, '$1***')
    .replace(/\b(PASSWORD|IDENTIFIED (?:WITH \w+ )?BY)(\s+)'(?:[^'\n]|'')+'/gi, "$1$2'***'")
    .replace(/\b(login\s+\S+\s+password\s+)\S+/g, '$1***')
    .replace(/^([+\- ]?[\w.*-]+:(?:\d+|\*):[^:\s]+:[^:\s]+:)(?!\d+(?::|$))\S+$/gm, '$1***')
    .replace(/<([A-Za-z][\w.-]*)>([^<>\n]+)(?=<\/\1>)/g, (all, name) =>
      isSecretName(name) ? `<${name}>***` : all,
    );
}

/** Controls without tab and newline, format characters (bidirectional, zero width, tags), separators and blank letters (UTS 39, CWE-150). */
const HIDDEN = /(?![\t\n])(?:\p{Cc}|\p{Cf}|\u{34f}|[\u2028\u2029\u115f\u1160\u3164\uffa0])/gu;

/** Makes characters visible that could move, hide or reorder what a terminal shows: `\x1b`, `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code < 0x100 && code !== 0xad
      ? `\\x${hex.padStart(2, '0')}`
      : `<U+${hex.toUpperCase().padStart(4, '0')}>`;
  });
}
