/**
 * A pattern of an error as a person would search for it: escapes become letters, alternatives are parted by ` / `, and what may be
 * anything is `…`. `'(AsyncEngine|Session)' of \w+` is `'AsyncEngine / Session' of …`.
 */
export function readablePattern(pattern: RegExp): string {
  const { source } = pattern;
  let text = '';
  for (let at = 0; at < source.length; ) {
    const [whole, kind] = pieceAt(source, at);
    text += kind;
    at += whole;
  }
  return text.replace(/…(\s?…)+/g, '…').trim();
}

/** How long the next piece of a pattern is, and what stands for it. */
function pieceAt(source: string, at: number): [length: number, text: string] {
  const rest = source.slice(at);
  const quantified = /^(?:\\[wdsWDSb]|\.|\[\^?(?:\\.|[^\]\\])*\])(?:[*+?]|\{\d+(?:,\d*)?\})*\??/.exec(
    rest,
  )?.[0];
  if (quantified)
    return [
      quantified.length,
      quantified === '\\b'
        ? ''
        : quantified.startsWith('\\s') || quantified === ' '
          ? ' '
          : letterOf(quantified),
    ];
  if (rest[0] === '\\') return [2, rest[1] ?? ''];
  const group = /^\((?:\?[:=!]|\?<[=!]?\w*>?)?/.exec(rest)?.[0];
  if (group) return [group.length, ''];
  if (rest[0] === '|') return [1, ' / '];
  if (/^[()^$*+?]/.test(rest)) return [1, ''];
  return [1, rest[0] ?? ''];
}

/** `[`']` is a quotation mark; every other class may be anything. */
function letterOf(piece: string): string {
  return /^\[[`'"]+\]\??$/.test(piece) ? "'" : '…';
}
