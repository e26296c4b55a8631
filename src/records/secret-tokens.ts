import { base64Secrets } from './secret-base64.ts';
import { privateKeySecrets, urlSecrets } from './secret-blocks.ts';
import type { SecretDetector, SecretSpan } from './secret-span.ts';
import { valueSecrets } from './secret-values.ts';

/**
 * Secrets that are known by their shape. Each shape is of bounded length or one class repeated, and is tried only inside
 * runs of characters that tokens are made of.
 */
const SHAPES: readonly (readonly [type: string, source: string])[] = [
  ['anthropic-key', 'sk-ant-[\\w-]{16,}'],
  ['openai-key', 'sk-(?:proj|svcacct|admin|None)-[\\w-]{16,}|sk-[A-Za-z0-9]{20,}'],
  ['openrouter-key', 'sk-or-[\\w-]{16,}'],
  ['aws-access-key-id', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])'],
  ['google-api-key', 'AIza[\\w-]{35}'],
  ['google-oauth', 'ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}'],
  ['azure-client-secret', '[\\w.~-]{3}8Q~[\\w.~-]{31,}'],
  ['azure-storage-key', '(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}'],
  ['azure-signature', 'sig=[A-Za-z0-9%+/]{30,}={0,2}'],
  ['github-token', 'gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,}'],
  ['gitlab-token', 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas)-[\\w-]{20,}'],
  ['slack-token', 'xox[abeoprs]-[\\w-]{10,}|xapp-\\d-[\\w-]{10,}'],
  ['slack-webhook', 'hooks\\.slack\\.com/services/[\\w/]{20,}'],
  ['stripe-key', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}={0,2}'],
  ['npm-token', 'npm_[A-Za-z0-9]{36}'],
  ['pypi-token', 'pypi-[\\w-]{50,}'],
  // Not after `-` or `_` either: each part is gone through once.
  [
    'jwt',
    '(?<=^|[^\\w-]|\\\\[nrtbf]|\\\\u[0-9A-Fa-f]{4}|\\[[0-9;]{0,8}m|%[0-9A-Fa-f]{2})eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}(?:\\.[\\w-]*)?',
  ],
  ['sendgrid-key', 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}'],
  ['twilio-key', '(?:SK|AC)[0-9a-f]{32}(?![0-9A-Za-z])'],
  ['discord-token', '[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,}'],
  ['huggingface-token', 'hf_[A-Za-z0-9]{30,}'],
  ['digitalocean-token', 'do[opr]_v1_[a-f0-9]{64}'],
  ['databricks-token', 'dapi[0-9a-f]{32}'],
  ['shopify-token', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'],
  ['linear-key', 'lin_(?:api|oauth)_[A-Za-z0-9]{32,}'],
  ['notion-token', 'ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}'],
  ['mailgun-key', 'key-[0-9a-f]{32}(?![0-9A-Za-z])'],
  ['square-token', 'sq0[a-z]{3}-[\\w-]{22,}|EAAA[\\w-]{60}'],
  ['vault-token', 'hv[sbr]\\.[\\w-]{24,}'],
  ['terraform-token', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,}'],
  ['newrelic-key', 'NRAK-[A-Z0-9]{27}'],
  ['postman-key', 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}'],
  ['doppler-token', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{40,}'],
  ['groq-key', 'gsk_[A-Za-z0-9]{32,}'],
  ['xai-key', 'xai-[A-Za-z0-9]{32,}'],
  ['replicate-token', 'r8_[A-Za-z0-9]{30,}'],
  ['age-key', 'AGE-SECRET-KEY-1[A-Z0-9]{40,}'],
  ['planetscale-token', 'pscale_(?:tkn|pw|oauth)_[\\w.-]{32,}'],
];

const BEFORE =
  '(?<=^|[^A-Za-z0-9]|\\\\[nrtbf]|\\\\u[0-9A-Fa-f]{4}|\\[[0-9;]{0,8}m|%[0-9A-Fa-f]{2})';
const TELEGRAM = ['telegram-token', '(?<=[0-9]{8,10}:)AA[\\w-]{33}'] as const;
const ALL = [...SHAPES, TELEGRAM];
/** A shape after anything but a letter or digit; the last letter of an escape, a colour or a percent code is none. */
const ANY_SHAPE = new RegExp(
  `${BEFORE}(?:${ALL.map(([, source]) => `(${source})`).join('|')})`,
  'g',
);

/** Shortest run that is looked into; nothing known by its shape alone is shorter. */
const MIN_RUN = 20;
/** How far before a run a shape may look. */
const LOOK_BACK = 12;
const IN_RUN = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.~%')
  IN_RUN[char.charCodeAt(0)] = 1;

/** Tokens of known services, and base64 that hides secrets. */
export const tokenSecrets: SecretDetector = (text, found) => {
  let from = 0;
  const size = text.length;
  while (from + MIN_RUN <= size) {
    // From behind, so that most of the text is stepped over.
    let at = from + MIN_RUN - 1;
    while (at >= from && IN_RUN[text.charCodeAt(at)] === 1) at--;
    if (at >= from) {
      from = at + 1;
      continue;
    }
    let end = from + MIN_RUN;
    while (end < size && IN_RUN[text.charCodeAt(end)] === 1) end++;
    shapesIn(text, { start: from, end }, found);
    from = Math.max(end, base64Secrets(text, { start: from, end }, hasSecret, found));
  }
};

/** Whether there is any secret in what base64 held; base64 within it is not decoded. */
const hasSecret = (plain: string): boolean => {
  let isThere = false;
  const note = (): void => {
    isThere = true;
  };
  shapesIn(plain, { start: 0, end: plain.length }, note);
  for (const detect of [valueSecrets, urlSecrets, privateKeySecrets])
    if (!isThere) detect(plain, note);
  return isThere;
};

const shapesIn = (
  text: string,
  { start, end }: Pick<SecretSpan, 'start' | 'end'>,
  found: (span: SecretSpan) => void,
): void => {
  const base = Math.max(0, start - LOOK_BACK);
  const slice = text.slice(base, end);
  ANY_SHAPE.lastIndex = 0;
  for (let match = ANY_SHAPE.exec(slice); match !== null; match = ANY_SHAPE.exec(slice)) {
    const index = match.findIndex((group, at) => at > 0 && group !== undefined);
    const type = ALL[index - 1]?.[0] ?? 'secret';
    found({ start: base + match.index, end: base + match.index + match[0].length, type });
  }
};
