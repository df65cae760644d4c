export type ColourChoice = 'auto' | 'always' | 'never';

/**
 * Whether one stream gets colours: the option, then NO_COLOR (set and not empty, no-color.org), then FORCE_COLOR
 * (`0` and `false` mean off, as in Node), then whether it is a terminal. `CI` alone turns nothing on.
 */
export function wantsColour(
  choice: ColourChoice,
  env: Readonly<Record<string, string | undefined>>,
  stream: { isTTY?: boolean },
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** False only where the locale says that the terminal cannot show more than ASCII. */
export function showsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return !locale || /utf-?8/i.test(locale);
}
