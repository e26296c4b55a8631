import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  conversation,
  jsonl,
  messageId,
  SESSION,
  usage,
} from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
const resets = (): unknown =>
  store.rows("SELECT label, value FROM tally WHERE name = 'origin_resets' ORDER BY label");
let home: TranscriptHome;
let store: OpenStore;
let file: string;

beforeEach(async () => {
  home = new TranscriptHome();
  store = await home.open();
  file = home.write(NAME, ...conversation(40));
  await store.sweep();
});
afterEach(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

describe('a transcript that is cut', () => {
  it('to nothing keeps what is known of it', async () => {
    truncateSync(file, 0);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 40, prompts: 1, outputTokens: 820 });
    expect(resets()).toEqual([{ label: 'truncated', value: 1 }]);
  });

  it('to nothing and filled anew is read from its beginning', async () => {
    truncateSync(file, 0);
    await store.sweep();
    appendFileSync(file, jsonl(...conversation(2, 101)));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 42, prompts: 2, files: 1 });
  });

  it('to half counts nothing again, and goes on from there', async () => {
    const bytes = readFileSync(file);
    truncateSync(file, bytes.length >> 1);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 40, outputTokens: 820, rejects: 0 });
    const cut = bytes.lastIndexOf(0x0a, bytes.length >> 1) + 1;
    truncateSync(file, cut);
    appendFileSync(file, jsonl(...conversation(1, 101)));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 41, outputTokens: 921, rejects: 0 });
  });

  it('and regrown beyond where it was read to is found out all the same', async () => {
    truncateSync(file, 0);
    appendFileSync(file, jsonl(...conversation(90, 101)));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 130, prompts: 2, rejects: 0 });
    expect(resets()).toEqual([{ label: 'rewritten', value: 1 }]);
  });

  it('by its last line counts nothing again', async () => {
    const bytes = readFileSync(file);
    truncateSync(file, bytes.lastIndexOf(0x0a, bytes.length - 2) + 1);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 40, outputTokens: 820 });
  });

  it('as it is copied away, again and again, loses nothing that was there to be read', async () => {
    for (let round = 1; round <= 20; round++) {
      writeFileSync(file, jsonl(...conversation(2, 100 * round)));
      await store.sweep();
      truncateSync(file, 0);
      await store.sweep();
    }
    expect(store.totals()).toMatchObject({ requests: 80, prompts: 21, rejects: 0 });
  });
});

describe('a transcript that is rewritten in place', () => {
  it('with the same first 4 KiB is read from its beginning', async () => {
    const lines = conversation(40);
    const sameAs = jsonl(...lines.slice(0, 20));
    expect(sameAs.length).toBeGreaterThan(4096);
    const text = sameAs + jsonl(...conversation(25, 201));
    writeInPlace(file, text);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 65, prompts: 2, rejects: 0 });
    expect(resets()).toEqual([{ label: 'rewritten', value: 1 }]);
  });

  it('with the same length is read from its beginning', async () => {
    const text = readFileSync(file, 'utf8').replace(messageId(40), messageId(99));
    writeInPlace(file, text);
    utimesSync(file, 1, 1);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 41, lines: 41 });
  });

  it('counts a line that was edited as it is now, where it says more than before', async () => {
    writeInPlace(
      file,
      jsonl(...conversation(39), assistant({ id: messageId(40), usage: usage(500) })),
    );
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 40, outputTokens: 780 + 500 });
  });

  it('and grown in one go is read to its end', async () => {
    const text = readFileSync(file, 'utf8').replace(messageId(1), messageId(99));
    writeInPlace(file, text + jsonl(...conversation(3, 301)));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 44, rejects: 0 });
  });
});

describe('a transcript that is replaced', () => {
  it('by a longer one is read from its beginning', async () => {
    const other = home.write('other.tmp', ...conversation(60, 101));
    renameSync(other, file);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 100, prompts: 2, files: 1, lines: 61 });
  });

  it('by a shorter one is read from its beginning', async () => {
    const other = home.write('other.tmp', ...conversation(2, 101));
    renameSync(other, file);
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 42, prompts: 2, files: 1 });
  });

  it.each([2, 60])(
    'by one that got the inode of the old one is read from its beginning: %i requests',
    async (requests) => {
      unlinkSync(file);
      home.write(NAME, ...conversation(requests, 101));
      await store.sweep();
      expect(store.totals()).toMatchObject({ requests: 40 + requests, prompts: 2, files: 1 });
    },
  );

  it('by one of another name that got its inode is no rename', async () => {
    unlinkSync(file);
    home.write('11111111-0000-4000-8000-000000000000.jsonl', ...conversation(60, 101));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 100, prompts: 2, files: 2, lines: 102 });
    expect(resets()).toEqual([]);
  });
});

/** Writes over a file without making a new one, as an editor would that keeps the inode. */
function writeInPlace(file: string, text: string): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, text, 0);
  closeSync(fd);
  truncateSync(file, Buffer.byteLength(text));
}
