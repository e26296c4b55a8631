import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readSegment } from '../../../src/cli/recovery/read-segment.ts';

it('passes a line on cut off that is longer than any can be, in time that grows with it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hall-monitor-segment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, '2026-11-20.jsonl.zst');
  const long = Buffer.alloc(100 * 1024 * 1024, 'a');
  writeFileSync(file, zstdCompressSync(Buffer.concat([long, Buffer.from('\nnext\nlast\nhalf')])));
  const segment = { stream: 'requests', path: file, sizeBytes: 1, sha256: null } as const;
  const lines: string[] = [];
  const state = await readSegment({ ...segment, sealedBytes: null }, (some) => {
    lines.push(...some);
  });
  expect(lines).toEqual(['a line that is too long', 'next', 'last']);
  expect(state).toBe('unfinished');
}, 20_000);
