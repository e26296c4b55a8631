import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactLines, SECRET_DETECTORS } from '../../src/records/redaction.ts';
import type { SecretDetector } from '../../src/records/secret-span.ts';
import { createRandom } from '../support/corpus-random.ts';
import { PLACES, seededSecrets } from '../support/seeded-secrets.ts';

const MIB = 1024 * 1024;
const secrets = [1, 2, 3].flatMap(seededSecrets);
const random = createRandom(11);

/** Whether any stretch of a secret that is worth something is left, in any way of writing it. */
const leftOf = (secret: string, text: string): boolean =>
  secret
    .split('\n')
    .some((line) => text.includes(line) || (line.length > 24 && text.includes(line.slice(0, 16))));

describe('secrets', () => {
  it('are of at least 20 types, in at least 200 places', () => {
    expect(new Set(secrets.map(({ type }) => type)).size).toBeGreaterThanOrEqual(20);
    expect(secrets.length * PLACES.length).toBeGreaterThanOrEqual(200);
  });

  describe.each(PLACES)('in %s', (_name, put) => {
    it('are taken out of text', () => {
      const left = secrets.filter(({ secret, written }) => {
        const { text, found } = redact(put(written));
        return leftOf(secret, text) || found.size === 0 || !/\[redacted:[a-z0-9-]+\]/.test(text);
      });
      expect(left.map(({ type }) => type)).toEqual([]);
    });

    it('are taken out of lines of JSON, which stay the lines they were', () => {
      const line = (content: string): string =>
        JSON.stringify({ uuid: random.uuid(), message: { content: [{ text: content }] }, n: 1 });
      const left = secrets.filter(({ secret, written }) => {
        const before = [line('nothing here'), line(put(written)), line('nor here')];
        const after = redactLines(`${before.join('\n')}\n`).text.split('\n');
        expect(after).toEqual([before[0], after[1], before[2], '']);
        expect(Object.keys(JSON.parse(after[1]!) as object)).toEqual(['uuid', 'message', 'n']);
        return leftOf(secret, after[1]!) || leftOf(JSON.stringify(secret).slice(1, -1), after[1]!);
      });
      expect(left.map(({ type }) => type)).toEqual([]);
    });
  });

  it('are not found again in what is left', () => {
    for (const { written } of secrets)
      for (const [, put] of PLACES) {
        const { text } = redact(put(written));
        expect(redact(text)).toEqual({ text, found: new Map() });
      }
  });

  it('are named by their type where they are known by their shape', () => {
    for (const { type, written } of secrets) {
      expect([...redact(` ${written} `).found.keys()]).toContain(type);
    }
  });

  it.each([
    ['{"password": "correct-horse"}', '{"password": "[redacted:password]"}'],
    [
      '{\\"pass\\": 1, \\"passwd\\": \\"a\\\\\\"bcdefg\\"}',
      '{\\"pass\\": 1, \\"passwd\\": \\"[redacted:password]\\"}',
    ],
    ["{'auth_token': 'abcd1234efgh'}", "{'auth_token': '[redacted:token]'}"],
    ['mysql --password=Tr0ub4dor -u root', 'mysql --password=[redacted:password] -u root'],
    ['tool --token abcdef123456789 --x', 'tool --token [redacted:token] --x'],
    ['redis://:s3cretpw@cache:6379', 'redis://:[redacted:url-password]@cache:6379'],
    [
      'Server=db;User Id=sa;Password=Str0ng!Pw;',
      'Server=db;User Id=sa;Password=[redacted:password];',
    ],
    ['{"auth":"dXNlcjpoZW1saWc="}', '{"auth":"[redacted:basic-auth]"}'],
    ['DB_PASSWORD=пароль-à1 next', 'DB_PASSWORD=[redacted:password] next'],
    ['"x-api-key": "0123456789abcdef"', '"x-api-key": "[redacted:api-key]"'],
  ])('are replaced and nothing else: %s', (before, after) => {
    expect(redact(before).text).toBe(after);
  });
});

describe('what is no secret', () => {
  it.each([
    'const password = getPassword();',
    'password: string;',
    'interface Login { readonly token: string; readonly secret?: Buffer }',
    'DB_PASSWORD=${DB_PASSWORD}',
    'password=$PGPASSWORD psql',
    '"password": "<your password>"',
    '{"input_tokens":12345,"max_tokens":4096,"tokens":[1,2]}',
    'PWD=/home/dev/work/project-1',
    '{"ts":1,"pwd":"/home/dev/work/project-1","PWD":"C:\\Users\\dev"}',
    'token = tokens[index + 1];',
    'const secret = process.env.CLIENT_SECRET;',
    'https://example.com:8080/path@v2/x',
    'Use -----BEGIN PUBLIC KEY----- for those.',
    'task-runner-with-a-rather-long-name-for-a-package',
    '{"apiKeySource":"none","service_tier":"standard"}',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 8c1f0d6b8e3f1d2a4b5c6d7e8f9a0b1c2d3e4f50',
    'sha512-zqvYqf0n3nTgcBu2bDJXhzJYt3W8N2FfxJTYGiCrLuSX1xRyuhF3bqcZ0y2O2UqWmG6mS1s2y8PaB0Vf0YkD7Q==',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    '[redacted:password]',
  ])('stays as it is: %s', (text) => {
    expect(redact(text)).toEqual({ text, found: new Map() });
  });

  it('changes hardly any of 100,000 lines as transcripts have them', () => {
    let changed = 0;
    for (let line = 0; line < 100_000; line += 1_000) {
      const lines = Array.from({ length: 1_000 }, () =>
        JSON.stringify({
          uuid: random.uuid(),
          requestId: random.apiId('req'),
          sessionId: random.uuid(),
          commit: random.hex(40),
          digest: random.hex(64),
          content: random.prose(200),
          usage: { input_tokens: random.between(1, 1e6) },
        }),
      );
      const after = redactLines(lines.join('\n')).text.split('\n');
      changed += lines.filter((each, index) => each !== after[index]).length;
    }
    expect(changed).toBe(0);
  });

  it('leaves ids and digests alone wherever they stand', () => {
    const id = fc.oneof(
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{40}$/),
      fc.stringMatching(/^[0-9a-f]{64}$/),
      fc.stringMatching(/^(?:msg|toolu|req)_01[A-Za-z0-9]{22}$/),
    );
    fc.assert(
      fc.property(id, fc.constantFrom('"', ' ', '\\n', '/', ':', '='), (one, around) => {
        const text = `x${around}${one}${around}y`;
        expect(redact(text).text).toBe(text);
      }),
    );
  });
});

describe('redaction', () => {
  it('keeps JSON valid whatever is in it', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...secrets.map(({ written }) => ` ${written} `)),
      fc.constantFrom(
        'password',
        ': "',
        '=',
        '\\',
        '"',
        "'",
        '\n',
        '\\"',
        'token',
        '://a:',
        '@',
        '`',
      ),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (key, value) => {
        const line = JSON.stringify({ [key]: value, nested: JSON.stringify({ [key]: value }) });
        const after = redactLines(line).text;
        expect(() => JSON.parse(after) as unknown).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    'a',
    'a-',
    'eyJaaaaaaaaaaa-',
    'eyJaaaaaaaa.',
    'pwd=',
    'pwd="',
    'pwd=\\"',
    'authorization:your-',
    'cookie:',
    'cookie:a=',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----"',
    '-----BEGIN ',
    '://a:b',
    ':\\/',
    'sk-',
    'sk-ant-',
    'AKIA',
    'aaaa/',
    'QUJD',
    `${'QUJD'.repeat(19)}\\n`,
    'token: ',
    'secret_',
    'x=',
    '\\',
    '"',
    'bearer ',
    'bearer x',
    'ghp_',
    '--token ',
    `${'M'.repeat(25)}.`,
    'password = `',
    '1:AA',
    'token ',
    'password="\\',
    'key-',
    '[0m',
    '%20',
  ])('takes time in proportion to the text, also for a million times %j', (unit) => {
    // A quadratic detector takes minutes for this, a linear one milliseconds: no machine is so slow.
    const text = unit.repeat(Math.ceil(MIB / unit.length));
    const startMs = performance.now();
    redact(text);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('takes everything out where it fails', () => {
    const failing: SecretDetector = (text) => {
      if (text.includes('boom')) throw new Error('boom');
    };
    const detectors = [...SECRET_DETECTORS, failing];
    expect(redact('all boom', detectors).text).toBe('[redacted:unreadable]');
    const { text, found } = redactLines(
      '{"a":1}\n{"b":"boom"}\n{"c":"password=abc123"}\n',
      detectors,
    );
    expect(text.split('\n')).toEqual([
      '{"a":1}',
      '"[redacted:unreadable]"',
      '{"c":"password=[redacted:password]"}',
      '',
    ]);
    expect(found).toEqual(
      new Map([
        ['unreadable', 1],
        ['password', 1],
      ]),
    );
  });

  it('looks at each string alone where a value and the JSON around it look alike', () => {
    const line = '{"__proto__":"x","token=":123456,"a":["AKIAABCDEFGHIJKLMNOP"],"n":[1,null,true]}';
    const { text } = redactLines(line);
    expect(text).toBe(
      '{"__proto__":"x","token=":123456,"a":["[redacted:aws-access-key-id]"],"n":[1,null,true]}',
    );
    const deep = `${'['.repeat(20_000)}"token=",123456,"a"${']'.repeat(20_000)}`;
    expect(() => JSON.parse(redactLines(deep).text) as unknown).not.toThrow();
  });

  it('leaves as many lines as there were, also where a secret takes several', () => {
    const body = 'MIIEowIBAAKCAQEA0123456789abcdef0123456789abcdef0123456789abcdef';
    const key = ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ');
    const lines = `{"a":1}\n${key}\n${body}\n${body}\n{"b":2}\n`;
    expect(redactLines(lines).text.split('\n')).toEqual([
      '{"a":1}',
      '[redacted:private-key]',
      '[redacted:private-key]',
      '[redacted:private-key]',
      '{"b":2}',
      '',
    ]);
  });

  it('is the same for text and for its bytes, one character for each', () => {
    const written =
      'пароль à â’→ 日本 PASSWORD=gehéim-à1’x {"password":"à b’c1→"} token: àé1234567890x z';
    const bytes = Buffer.from(written).toString('latin1');
    expect(Buffer.from(redact(bytes).text, 'latin1').toString('utf8')).toBe(redact(written).text);
    expect(redact(written).text).toMatch(/^пароль à â’→ 日本 PASSWORD=\[redacted:password\] /);
  });

  it('counts by type', () => {
    const { found } = redact('password=abc123 and password=def456 at ftp://u:pw12345@h');
    expect(found).toEqual(
      new Map([
        ['password', 2],
        ['url-password', 1],
      ]),
    );
  });
});
