import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchRemarks } from '../../../src/cli/doctor/check-watches.ts';
import type { Scene } from '../../../src/cli/doctor/scene.ts';

let limits = '';

beforeEach(() => {
  limits = mkdtempSync(join(tmpdir(), 'hall-monitor-limits-'));
});

afterEach(() => rmSync(limits, { recursive: true }));

const look = (folders: number, watch = 'auto') =>
  watchRemarks(
    {
      platform: 'linux',
      roots: [],
      found: { files: [], folders: Array.from({ length: folders }, String), problems: [] },
      config: { transcripts: { watch, pollIntervalMs: 2000 } } as Scene['config'],
    },
    limits,
  );

it('says what to raise where the system allows too few watches', () => {
  writeFileSync(join(limits, 'max_user_watches'), '8192\n');
  writeFileSync(join(limits, 'max_user_instances'), '4\n');
  expect(look(100).map(({ level }) => level)).toEqual(['ok', 'warning']);
  expect(look(8000)[0]).toMatchObject({
    level: 'warning',
    fix: 'sudo sysctl fs.inotify.max_user_watches=524288',
  });
});

it('says nothing of limits that it cannot see, or does not need', () => {
  expect(look(10)).toEqual([]);
  expect(look(10, 'poll')).toMatchObject([{ level: 'ok' }]);
});
