import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScanner } from '../../../receivers/transcripts/json-scanner.ts';
import { RecentText } from '../../../receivers/transcripts/recent-text.ts';

const read = (recent: RecentText, json: string): readonly [text: string | null, at: number] => {
  const scanner = new JsonScanner();
  scanner.open(Buffer.from(`${json}\n`));
  return [recent.read(scanner), scanner.at];
};

describe('a text that may come again', () => {
  it('is what JSON.parse makes of it, however often it comes', () => {
    const value = fc.oneof(
      fc.constantFrom(
        '',
        'a',
        'ab',
        'user',
        'assistant',
        '/home/dev/one',
        '/home/dev/two',
        '/home/dev/one/more',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    const recent = new RecentText();
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (texts) => {
        for (const text of texts) {
          const json = JSON.stringify(text);
          expect(read(recent, json)).toEqual([text, Buffer.byteLength(json)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is cut where it is too long, every time', () => {
    const recent = new RecentText(5);
    for (let time = 0; time < 4; time++) expect(read(recent, '"abcdefgh"')).toEqual(['abcde', 10]);
  });

  it.each(['5', 'null', '["user"]', '{"a":"user"}'])('is none: %s', (json) => {
    expect(read(new RecentText(), json)).toEqual([null, json.length]);
  });
});
