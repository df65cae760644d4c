/** From the scheme to the last character that can belong to a URL in text, code or a settings file. */
const URL_TEXT = /\b([a-z][a-z0-9+.-]{1,40}:\/\/)([^\s"'`<>\\]+)/gi;
/** Something that stands for the password instead of being it: `{password}`, `${PW}`, `$PW`, `%(pw)s`, `%s`, `***`. */
const STANDS_FOR = /^(?:\{[^{}]*\}|\$\{(?!\w+:?[-=])[^{}]*\}|\$[A-Z_][A-Z0-9_]*|%\(\w+\)s|%s|\*+|:[a-z_]+)$/;
const PORT = /^\d{1,5}(?:$|[/?#,])/;
/** `user:password@tcp(host)` of Go, `user:password@host:5432` without a scheme. */
const BARE = /(?<![\w/:@.+-])([\w.+-]+):([^\s"'`<>@/]+)@(?=(?:tcp|unix)\(|[A-Za-z][\w.-]*:\d{2,5}(?!\w))/g;
const LONG_USER = /^(?=.*\d)[\w.~-]{20,}$/;

/** True for text that names a value instead of being one. */
export function standsForValue(text: string): boolean {
  return STANDS_FOR.test(text);
}

/** Replaces the password in every URL by `***`; scheme, user and host stay. */
export function redactUrls(text: string): string {
  const shown = text.replace(URL_TEXT, (_, scheme: string, rest: string) => scheme + redactAuthority(rest));
  return shown.replace(BARE, (all, user: string, password: string) =>
    standsForValue(password) ? all : `${user}:***@`,
  );
}

/** `rest` is all that follows `://`. The last `@` ends the password, since passwords hold `@`, `/`, `?` and `#` unescaped. */
function redactAuthority(rest: string): string {
  const at = endOfUser(rest);
  if (at < 0) return rest;
  const user = rest.slice(0, at);
  const colon = user.indexOf(':');
  if (colon < 0) return (LONG_USER.test(user) ? '***' : user) + rest.slice(at);
  const password = user.slice(colon + 1);
  if (password === '' || standsForValue(password)) return rest;
  return `${user.slice(0, colon)}:***${rest.slice(at)}`;
}

/** Where the `@` is that ends user and password; -1 where there is neither. */
function endOfUser(rest: string): number {
  const last = rest.lastIndexOf('@');
  const colon = rest.indexOf(':');
  const slash = rest.search(/[/?#]/);
  const first = rest.indexOf('@');
  if (last < 0 || (slash >= 0 && slash < first && (colon < 0 || colon > slash))) return -1;
  // `host:8080/path@x` has a port, not a password.
  if (slash >= 0 && slash < first && PORT.test(rest.slice(colon + 1))) return -1;
  return colon < 0 || colon > first ? first : last;
}
