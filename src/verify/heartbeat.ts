/** How long nobody may be left without a word, in milliseconds. */
const SILENCE = 10_000;

/** Says each step, and the last one again with its seconds in front while nothing new is said. */
export function heartbeat(say: (text: string) => void): { say: (text: string) => void; stop: () => void } {
  let last = { text: '', since: Date.now() };
  let spoke = Date.now();
  const timer = setInterval(() => {
    if (!last.text || Date.now() - spoke < SILENCE) return;
    spoke = Date.now();
    say(`${Math.round((Date.now() - last.since) / 1000)} s  ${last.text}`);
  }, SILENCE / 10);
  const speak = (text: string) => {
    last = { text, since: Date.now() };
    spoke = Date.now();
    say(text);
  };
  return { say: speak, stop: () => clearInterval(timer) };
}
