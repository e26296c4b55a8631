import { createRandom } from './corpus-random.ts';

/** A made-up secret, and text in which such a one is found in nature. */
export interface SeededSecret {
  readonly type: string;
  readonly secret: string;
  /** The secret where it is known by what stands before it; alone where its shape is enough. */
  readonly written: string;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const WORD = `${UPPER}${UPPER.toLowerCase()}${DIGITS}`;

const PRIVATE_KEY = ['PRIVATE', 'KEY'].join(' ');

type Chars = (alphabet: string, length: number) => string;

/** How a secret begins and what comes after that, apart, so that no scanner takes this file for a leak. */
const SHAPED: readonly (readonly [type: string, head: string, make: (of: Chars) => string])[] = [
  ['anthropic-key', 'sk-ant-', (of) => `api03-${of(`${WORD}-_`, 86)}AA`],
  ['openai-key', 'sk-proj-', (of) => of(WORD, 48)],
  ['aws-access-key-id', 'AKIA', (of) => of(`${UPPER}234567`, 16)],
  ['google-api-key', 'AIza', (of) => of(`${WORD}-_`, 35)],
  ['google-oauth', 'ya29.', (of) => `a0${of(`${WORD}-_`, 60)}`],
  ['azure-client-secret', 'xYz8Q~', (of) => of(`${WORD}~_-`, 34)],
  ['github-token', 'ghp_', (of) => of(WORD, 36)],
  ['github-token', 'github_pat_', (of) => `${of(WORD, 22)}_${of(WORD, 59)}`],
  ['gitlab-token', 'glpat-', (of) => of(`${WORD}-_`, 20)],
  ['slack-token', 'xoxb-', (of) => `${of(DIGITS, 12)}-${of(DIGITS, 12)}-${of(WORD, 24)}`],
  ['stripe-key', 'sk_live_', (of) => of(WORD, 24)],
  ['npm-token', 'npm_', (of) => of(WORD, 36)],
  ['pypi-token', 'pypi-', (of) => `AgEIcHlwaS5vcmc${of(`${WORD}-_`, 70)}`],
  ['jwt', 'eyJ', (of) => `hbGciOiJIUzI1NiJ9.eyJ${of(WORD, 40)}.${of(`${WORD}-_`, 43)}`],
  ['sendgrid-key', 'SG.', (of) => `${of(WORD, 22)}.${of(WORD, 43)}`],
  ['twilio-key', 'SK', (of) => of(HEX, 32)],
  ['huggingface-token', 'hf_', (of) => of(WORD, 34)],
  ['digitalocean-token', 'dop_v1_', (of) => of(HEX, 64)],
  ['databricks-token', 'dapi', (of) => of(HEX, 32)],
  ['shopify-token', 'shpat_', (of) => of(HEX, 32)],
  ['vault-token', 'hvs.', (of) => of(WORD, 24)],
  ['doppler-token', 'dp.pt.', (of) => of(WORD, 43)],
];

const NAMED: readonly (readonly [
  type: string,
  before: string,
  make: (of: Chars) => string,
  after: string,
])[] = [
  ['password', 'password=', (of) => `${of(WORD, 9)}4x!`, ''],
  ['api-key', 'SERVICE_API_KEY=', (of) => of(WORD, 32), ''],
  ['aws-secret-key', 'AWS_SECRET_ACCESS_KEY=', (of) => of(`${WORD}/+`, 40), ''],
  [
    'azure-storage-key',
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=',
    (of) => `${of(`${WORD}+/`, 86)}==`,
    ';',
  ],
  ['url-password', 'postgres://admin:', (of) => of(WORD, 14), '@db.internal:5432/shop'],
  ['authorization', 'Authorization: Basic ', (of) => `${of(WORD, 26)}==`, ''],
  ['authorization', 'Authorization: Bearer ', (of) => `${of(WORD, 30)}7`, ''],
  ['cookie', 'Cookie: session=', (of) => of(HEX, 32), ''],
  [
    'private-key',
    `-----BEGIN RSA ${PRIVATE_KEY}-----\n`,
    (of) => `${of(`${WORD}+/`, 64)}\n${of(`${WORD}+/`, 64)}`,
    `\n-----END RSA ${PRIVATE_KEY}-----`,
  ],
];

/** Secrets of every type, always the same for the same seed. */
export const seededSecrets = (seed: number): readonly SeededSecret[] => {
  const random = createRandom(seed);
  const of: Chars = (alphabet, length) =>
    Array.from({ length }, () => random.pick(alphabet.split(''))).join('');
  return [
    ...SHAPED.map(([type, head, make]) => {
      const secret = `${head}${make(of)}`;
      return { type, secret, written: secret };
    }),
    ...NAMED.map(([type, before, make, after]) => {
      const secret = make(of);
      return { type, secret, written: `${before}${secret}${after}` };
    }),
  ];
};

const wrapped = (base64: string): string => base64.replaceAll(/.{76}/g, '$&\n');

/** Places that text with a secret turns up in, each as the text of a field before it becomes JSON. */
export const PLACES: readonly (readonly [name: string, put: (written: string) => string])[] = [
  ['prose', (written) => `Please use ${written} for this, and nothing else.`],
  ['lines of output', (written) => `total 3\n${written}\ndone`],
  ['a coloured terminal', (written) => `\u001b[32m${written}\u001b[0m ok`],
  ['a command', (written) => `export X='${written}' && npm run deploy`],
  ['an environment', (written) => `PATH=/usr/bin\nDEPLOY_TOKEN=${written}\nHOME=/home/dev`],
  ['a difference', (written) => `@@ -1,2 +1,2 @@\n-const key = '';\n+const key = '${written}';`],
  ['YAML', (written) => `service:\n  token: ${written}\n  port: 80`],
  ['JSON in a string', (written) => JSON.stringify({ config: { apiToken: written, port: 80 } })],
  [
    'JSON in JSON in a string',
    (written) => JSON.stringify({ body: JSON.stringify({ token: written }) }),
  ],
  ['numbered lines', (written) => `     1\timport x\n     2\tconst token = "${written}"\n`],
  [
    'a file in base64',
    (written) =>
      `$ base64 .env\n${wrapped(Buffer.from(`PORT=80\nNAME=shop\nSECRET_TOKEN=${written}\n`).toString('base64'))}\n$`,
  ],
];
