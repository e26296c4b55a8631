import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawTracesHome } from '../../support/raw-traces-home.ts';
import { PLACES, seededSecrets } from '../../support/seeded-secrets.ts';
import { assistant, type Line } from '../../support/transcript-lines.ts';

const secrets = seededSecrets(41);
let home: RawTracesHome;
beforeEach(() => {
  // Smaller than most lines, so that secrets lie across the edges of what is read at a time.
  home = new RawTracesHome({ chunkBytes: 300, maxLineBytes: 1_000_000 });
});
afterEach(() => home[Symbol.dispose]());

/** A line with the text in every field that people and tools fill. */
const lineWith = (text: string): Line =>
  assistant(
    {
      content: [
        { type: 'text', text },
        { type: 'tool_use', id: 't', name: 'Bash', input: { command: text } },
      ],
    },
    {
      cwd: `/home/dev/${text}`,
      gitBranch: text,
      summary: text,
      toolUseResult: { stdout: text, stderr: text },
      slug: text,
    },
  );

/** Everything that lies in the data folder, as bytes. */
const bytesAtRest = (): string =>
  readdirSync(home.home)
    .map((name) => readFileSync(path.join(home.home, name)).toString('latin1'))
    .join('\n');

/** What of a secret would be worth something to a thief. */
const pieces = ({ secret }: { readonly secret: string }): readonly string[] =>
  secret
    .split('\n')
    .flatMap((line) => [
      line,
      JSON.stringify(line).slice(1, -1),
      Buffer.from(line).toString('base64').slice(4, -6),
    ]);

describe('secrets in a transcript', () => {
  it('are nowhere in what is written: not in the file, its log, its columns, nor in the text when it is unpacked', async () => {
    const seeded = secrets.flatMap((one) =>
      PLACES.map(([, put]) => ({ one, text: put(one.written) })),
    );
    expect(seeded.length).toBeGreaterThanOrEqual(200);
    home.write('s.jsonl', ...seeded.map(({ text }) => lineWith(text)));
    await home.keep('s.jsonl');
    expect(home.one('SELECT count(*) FROM line')).toBe(seeded.length);
    const written = [
      bytesAtRest(),
      home.lines('s.jsonl').join('\n'),
      JSON.stringify(home.traces()),
    ];
    for (const text of written)
      expect(
        secrets
          .filter((one) => pieces(one).some((piece) => text.includes(piece)))
          .map(({ type }) => type),
      ).toEqual([]);
    expect(home.counts.get('redacted github-token')).toBeGreaterThan(PLACES.length);
  });

  it('leave the lines JSON, with everything else in place', async () => {
    home.write('s.jsonl', ...secrets.map(({ written }) => lineWith(`a ${written} z`)));
    await home.keep('s.jsonl');
    for (const line of home.lines('s.jsonl')) {
      const { message, uuid } = JSON.parse(line) as {
        message: { content: { text: string }[] };
        uuid: string;
      };
      expect(message.content[0]!.text).toMatch(/^a .*\[redacted:[a-z0-9-]+\]/s);
      expect(uuid).toMatch(/^assistant-/);
    }
  });
});
