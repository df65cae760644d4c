/** A word as it is typed in a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A path as it follows a command that we name: with a space before it, or nothing for the current folder. */
export function pathArgument(path: string): string {
  return path === '.' ? '' : ` ${quoted(path)}`;
}
