import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The absolute folder of the Python programs that run beside the backend: `inside/` next to this source, or
 * `verify-inside/` next to the bundle. Throws where an installation lacks both: that is a defect of ours.
 */
export function insideFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [join(here, 'inside'), join(here, 'verify-inside'), join(here, '..', 'verify-inside')].find(
    (folder) => existsSync(join(folder, 'main.py')),
  );
  if (!found) throw new Error(`the installation is incomplete: verify-inside is missing beside ${here}`);
  return found;
}
