/** Variables that a package installer may need to reach its index. Nothing else of ours is passed on. */
const NETWORK =
  /^(https?_proxy|no_proxy|all_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|PIP_.+|UV_.+)$/i;
const BASE = /^(PATH|HOME|LANG|LC_ALL|LC_CTYPE|TMPDIR|TZ|USER|LOGNAME|SYSTEMROOT|PYENV_ROOT|PYENV_VERSION)$/;

/** What our own helpers run with: no credential, no virtual environment and no PYTHONPATH of the person's shell. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return pick(env, (name) => BASE.test(name));
}

/**
 * The same, with what reaches a package index. An installer that is killed leaves its temporary files: they belong into a folder
 * (absolute) that goes with the run.
 */
export function installEnvironment(
  env: NodeJS.ProcessEnv,
  absoluteTemporary: string,
): Record<string, string> {
  return { ...pick(env, (name) => BASE.test(name) || NETWORK.test(name)), TMPDIR: absoluteTemporary };
}

function pick(env: NodeJS.ProcessEnv, wanted: (name: string) => boolean): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && wanted(name)) found[name] = value;
  return found;
}
