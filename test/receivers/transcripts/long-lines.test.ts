// `needs` makes tests that the linter does not know for such.
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../support/offers.ts';
import { TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  jsonl,
  messageId,
  SESSION,
  toolResult,
  toolUseId,
  usage,
  user,
} from '../../support/transcript-lines.ts';

const MEBIBYTE = 1024 * 1024;
const NAME = `${SESSION}.jsonl`;
const LAUNCHER = path.join(import.meta.dirname, '../../../bin/hall-monitor.js');
let home: TranscriptHome;
beforeEach(() => {
  home = new TranscriptHome();
});
afterEach(() => home[Symbol.dispose]());

interface Imported {
  readonly lines: number;
  readonly requests: number;
  readonly tool_calls: number;
  readonly rejected_lines: number;
  readonly peak_rss_bytes: number;
}

/** Imports in a process of its own, so that its memory can be told. */
const importInChild = (): Imported => {
  const env = {
    ...process.env,
    HALL_MONITOR_HOME: home.home,
    HALL_MONITOR_CLAUDE_DIRS: home.claudeDir,
  };
  const { stdout, stderr, status } = spawnSync(process.execPath, [LAUNCHER, 'import', '--json'], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Imported;
};

/** Writes a line of `sizeBytes` with a hole of NUL bytes or a run of text at its mark, and a good line before and after. */
const writeLong = (line: string, sizeBytes: number, filling: 'text' | 'hole'): void => {
  const [head = '', tail = ''] = line.split('@@');
  const fd = openSync(home.writeText(NAME, jsonl(assistant({ id: messageId(1) }))), 'a');
  writeSync(fd, head);
  if (filling === 'text') {
    const block = Buffer.alloc(MEBIBYTE, 'all work and no play, ');
    for (let written = 0; written < sizeBytes; written += block.length) writeSync(fd, block);
  } else {
    closeSync(fd);
    const again = openSync(home.file(NAME), 'r+');
    ftruncateSync(again, sizeBytes);
    closeSync(again);
  }
  closeSync(filling === 'text' ? fd : openSync(home.file(NAME), 'r'));
  home.append(NAME, tail, assistant({ id: messageId(2), usage: usage(7) }));
};

const endOfText = (): string => JSON.stringify(user([toolResult(toolUseId(1), '@@')]));

describe('a line of 100 MiB', { timeout: 120_000 }, () => {
  needs('linux')('is read, with what follows it, in little memory', () => {
    writeLong(endOfText(), 100 * MEBIBYTE, 'text');
    const imported = importInChild();
    expect(imported).toMatchObject({ lines: 3, requests: 2, tool_calls: 1, rejected_lines: 0 });
    expect(imported.peak_rss_bytes).toBeLessThan(256 * MEBIBYTE);
  });

  it('is known by its size', async () => {
    writeLong(endOfText(), 100 * MEBIBYTE, 'text');
    await home.import();
    expect(await home.rows('SELECT result_bytes FROM tool_call')).toEqual([
      { result_bytes: 100 * MEBIBYTE },
    ]);
  });
});

describe('a line that is longer than any that is read', { timeout: 120_000 }, () => {
  needs('linux')('is counted, and what follows it is read in little memory', async () => {
    writeLong(endOfText(), 600 * MEBIBYTE, 'hole');
    const imported = importInChild();
    expect(imported).toMatchObject({ lines: 3, requests: 2, tool_calls: 0, rejected_lines: 1 });
    expect(imported.peak_rss_bytes).toBeLessThan(256 * MEBIBYTE);
    const rows = await home.rows(
      'SELECT line, offset_bytes, length_bytes, reason FROM dead_letter',
    );
    const first = jsonl(assistant({ id: messageId(1) })).length;
    expect(rows).toMatchObject([{ line: 2, offset_bytes: first, reason: 'too_long' }]);
    expect(rows[0]!['length_bytes']).toBeGreaterThan(599 * MEBIBYTE);
  });

  it('keeps the rest waiting while it has no end, and lets it go on when it has one', async () => {
    const file = home.writeText(NAME, `${jsonl(assistant({ id: messageId(1) }))}{"type":"user"`);
    const fd = openSync(file, 'r+');
    ftruncateSync(fd, 130 * MEBIBYTE);
    closeSync(fd);
    using store = await home.open();
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 1, lines: 1, rejects: 0 });
    home.append(NAME, '"}', assistant({ id: messageId(2) }));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 2, lines: 3, rejects: 1 });
  });
});
