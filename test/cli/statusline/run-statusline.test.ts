import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInput } from '../../../src/cli/statusline/read-input.ts';
import { runStatusline } from '../../../src/cli/statusline/run-statusline.ts';

let home: string;
let printed: string;
let noted: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-statusline-'));
  printed = '';
  noted = '';
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = async (input: string, isQuiet = false, place = home): Promise<void> =>
  await runStatusline(
    { isQuiet },
    {
      env: { HALL_MONITOR_HOME: place },
      print: (text) => void (printed += text),
      note: (text) => void (noted += text),
      nowMs: () => 10_000,
    },
    Readable.from([Buffer.from(input)]),
  );

const PAYLOAD = JSON.stringify({
  session_id: 'a',
  model: { id: 'm' },
  rate_limits: { five_hour: { used_percentage: 1, resets_at: 2 } },
});

describe('the command of the status line', () => {
  it('prints a line and leaves the limits', async () => {
    await run(PAYLOAD);
    expect([printed, noted]).toEqual(['m\n', '']);
    expect(readdirSync(join(home, 'statusline'))).toEqual(['a.json']);
  });

  it('prints nothing when it is to be quiet, and leaves the limits all the same', async () => {
    await run(PAYLOAD, true);
    expect([printed, noted]).toEqual(['', '']);
    expect(readdirSync(join(home, 'statusline'))).toEqual(['a.json']);
  });

  it.each(['', 'nonsense', '{"session_id":', '\0'])('survives %j', async (input) => {
    await run(input);
    expect(printed).toBe('');
    expect(noted).toMatch(/^hall-monitor statusline: .+\n$/);
  });

  it('prints the line also where nothing can be kept', async () => {
    const place = join(home, 'file');
    writeFileSync(place, '');
    await run(PAYLOAD, false, place);
    expect(printed).toBe('m\n');
    expect(noted).toContain('ENOTDIR');
  });
});

describe('reading what the client writes', () => {
  it('gives everything up to the bound, and nothing beyond', async () => {
    const read = (maxBytes: number): Promise<string | undefined> =>
      readInput(Readable.from([Buffer.from('abc'), Buffer.from('def')]), {
        maxBytes,
        withinMs: 60_000,
      });
    expect(await read(6)).toBe('abcdef');
    expect(await read(5)).toBeUndefined();
  });

  it('waits no longer than it may', async () => {
    const never = new PassThrough();
    never.write('{');
    expect(await readInput(never, { maxBytes: 10, withinMs: 1 })).toBeUndefined();
    expect(never.destroyed).toBe(true);
  });
});
