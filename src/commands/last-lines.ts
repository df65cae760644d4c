/** An installer's last lines say why it failed. */
const LAST_LINES = 15;

/** The end of what a command printed, as it printed it. */
export function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
