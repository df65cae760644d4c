import { rmSync } from 'node:fs';
import { killRunning } from './process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * While `work` runs, a signal or an exit of this process kills what was started and removes the folder (absolute).
 * A signal that nobody else listens for ends the process as it would have.
 */
export async function cleaningUp<T>(absoluteFolder: string, work: () => Promise<T>): Promise<T> {
  const clean = () => {
    killRunning();
    rmSync(absoluteFolder, { recursive: true, force: true, maxRetries: 5 });
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
    clean();
  }
}
