import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  endOf,
  type Ended,
  LAUNCHER,
  environmentOf,
  type Place,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

interface Limits {
  readonly data: readonly { readonly window: string; readonly used_ratio: number | null }[];
}

const temporaryPlace = (): Place => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
};

/** Starts the command as the client does, with the payload on its stdin. */
const refresh = async (place: Place, input: string, ...args: readonly string[]): Promise<Ended> => {
  const child = spawn(process.execPath, [LAUNCHER, 'statusline', ...args], {
    env: environmentOf(place),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It stops reading where it is told too much.
  child.stdin.on('error', (error: NodeJS.ErrnoException) => expect(error.code).toBe('EPIPE'));
  child.stdin.end(input);
  return await endOf(child);
};

const payload = (session_id: string, used: number, resets_at: number): string =>
  JSON.stringify({
    session_id,
    model: { id: 'claude-opus-5', display_name: 'Opus 5' },
    workspace: { project_dir: '/home/dev/shop' },
    rate_limits: {
      five_hour: { used_percentage: used, resets_at },
      seven_day: { used_percentage: 61.5, resets_at: resets_at + 86_400 },
    },
  });

describe('the status line', () => {
  it('tells a running collector of limits, also what came while none ran or it was killed', async () => {
    const place = temporaryPlace();
    const resetsAt = Math.floor(Date.now() / 1_000) + 2 * 3_600;
    const told = await refresh(place, payload('s-1', 12.5, resetsAt));
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(/^Opus 5 · shop · 5h 13% until \d\d:\d\d · 7d 62% until .+\n$/);
    const first = await startCollector(place);
    onTestFinished(async () => void (await first.kill()));
    const fiveHour = async (server: typeof first): Promise<number | null | undefined> =>
      (await server.json<Limits>('/api/limits')).data[0]?.used_ratio;
    const shows = async (server: typeof first, ratio: number): Promise<void> =>
      void (await until(`a limit used by ${ratio}`, async () =>
        (await fiveHour(server)) === ratio ? true : undefined,
      ));
    await shows(first, 0.125);
    const page = await (await first.get('/metrics')).text();
    expect(page).toContain('hall_monitor_limit_used_ratio{window="five_hour"} 0.125\n');
    expect(page).toContain('hall_monitor_limit_used_ratio{window="seven_day"} 0.615\n');
    expect(page).toContain(
      `hall_monitor_limit_reset_timestamp_seconds{window="five_hour"} ${resetsAt}\n`,
    );
    expect(page).not.toContain('hall_monitor_sessions{');
    await refresh(place, payload('s-2', 40, resetsAt), '--quiet');
    await shows(first, 0.4);
    await first.kill();
    expect((await refresh(place, payload('s-1', 55, resetsAt), '--quiet')).stdout).toBe('');
    const second = await startCollector(place);
    onTestFinished(async () => void (await second.kill()));
    await shows(second, 0.55);
    const { data } = await second.json<{ data: { source: string; lines: number }[] }>(
      '/api/sources',
    );
    expect(data.find(({ source }) => source === 'statusline')).toMatchObject({ lines: 3 });
    expect(readdirSync(join(place.home, 'statusline')).sort()).toEqual(['s-1.json', 's-2.json']);
    expect(await second.stop()).toMatchObject({ code: 0 });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'nonsense'],
    ['too much', ' '.repeat(2 * 1024 * 1024)],
    ['no object', '12'],
    ['a session that is a path', payload('../../s', 1, 1)],
  ])('succeeds and keeps nothing when it is given %s', async (_what, input) => {
    const place = temporaryPlace();
    expect(await refresh(place, input, '--quiet')).toMatchObject({ code: 0, stdout: '' });
    expect(() => readdirSync(join(place.home, 'statusline'))).toThrow('ENOENT');
  });
});
