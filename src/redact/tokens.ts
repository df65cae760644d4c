/** Secrets that are known by their shape, wherever they stand. Sources: the issuers' documentation of their formats. */
const SHAPES: RegExp[] = [
  /\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b/g, // AWS access key id
  /\bgh[pousr]_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}\b/g,
  /\bgl(?:pat|ptt|dt|rt|cbt|soat)-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bxapp-\d-[\w-]{10,}/g,
  /\b(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bAIza[\w-]{35}/g,
  /\bya29\.[\w-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{30,}\b/g,
  /\bpypi-[\w-]{16,}/g,
  /\bhf_[A-Za-z0-9]{20,}\b/g,
  /\bdo[opr]_v1_[0-9a-f]{32,}\b/g,
  /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/g,
  /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, // JSON web token
  /\b\d{8,10}:AA[\w-]{30,}/g, // Telegram bot
  /(?<=hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{10,}/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/\d{5,30}\/)[\w-]{20,}/g,
];

/** A private key in PEM: its lines, each with what a diff or a listing puts before it. */
const PEM =
  /(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)([\s\S]*?)(-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$(?![\s\S]))/g;
const PEM_TEXT = /[A-Za-z0-9+/=]{4,}/g;

/** Replaces secrets of known shape by `***`. */
export function redactTokens(text: string): string {
  const withoutKeys = text.replace(PEM, (_, begin: string, body: string, end: string) => {
    return begin + body.replace(PEM_TEXT, '***') + end;
  });
  return SHAPES.reduce((shown, shape) => shown.replace(shape, '***'), withoutKeys);
}
