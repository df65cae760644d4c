import { redact, visible } from '../redact.ts';
import { renderLine, unpaint } from './paint.ts';

/**
 * Text as it may leave the program: without secrets (unless asked for), escape sequences made visible, and our own
 * colour marks turned into colours or dropped. A line in which a secret was hidden loses its colours.
 */
export function clean(text: string, options: { colour: boolean; showSecrets: boolean }): string {
  const plain = unpaint(text).split('\n');
  const safe = options.showSecrets ? plain : redact(unpaint(text)).split('\n');
  if (safe.length !== plain.length || !options.colour) return safe.map(visible).join('\n');
  return text
    .split('\n')
    .map((line, index) => {
      const shown = safe[index] ?? '';
      return shown === plain[index] ? renderLine(line, visible) : visible(shown);
    })
    .join('\n');
}
