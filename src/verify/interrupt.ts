import { rmSync } from 'node:fs';
import { killRunning } from './process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const others = new Set<string>();

/** Has a folder (absolute) that lies elsewhere removed too where this process ends before it is done with. */
export function removeAtEnd(absoluteFolder: string): { remove: () => void; keep: () => void } {
  others.add(absoluteFolder);
  const keep = () => void others.delete(absoluteFolder);
  const removeNow = () => {
    keep();
    remove(absoluteFolder);
  };
  return { remove: removeNow, keep };
}

/** What was killed may still be writing for a moment. */
function remove(absoluteFolder: string): void {
  rmSync(absoluteFolder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * While `work` runs, a signal or an exit of this process kills what was started and removes the folder (absolute).
 * A signal that nobody else listens for ends the process as it would have.
 */
export async function cleaningUp<T>(absoluteFolder: string, work: () => Promise<T>): Promise<T> {
  const clean = () => {
    killRunning();
    for (const folder of [absoluteFolder, ...others]) remove(folder);
  };
  const listeners = SIGNALS.map((name) => ({ name, listen: () => onSignal(name) }));
  const stopListening = () => {
    for (const { name, listen } of listeners) process.off(name, listen);
    process.off('exit', clean);
  };
  const onSignal = (name: NodeJS.Signals) => {
    clean();
    stopListening();
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  for (const { name, listen } of listeners) process.on(name, listen);
  process.on('exit', clean);
  try {
    return await work();
  } finally {
    stopListening();
    // What else runs belongs to another verification of this process.
    remove(absoluteFolder);
  }
}
