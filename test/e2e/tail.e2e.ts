import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import {
  endOf,
  type Ended,
  type Place,
  runCommand,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

function newPlace(): Place {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
  mkdirSync(join(place.claudeDir, 'projects'), { recursive: true });
  return place;
}

const respond = (place: Place, number: number, session = liveSession(1)): void =>
  appendResponse(place.claudeDir, { messageId: liveMessageId(number), session, atMs: Date.now() });

/** A `hall-monitor tail` that is under way. */
function tailing(
  place: Place,
  ...args: readonly string[]
): { readonly said: () => string; readonly stop: () => Promise<Ended> } {
  const child = startCommand(place, ['tail', ...args]);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = endOf(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    said: () => said,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

const says = (tail: { readonly said: () => string }, pattern: RegExp): Promise<boolean> =>
  until(String(pattern), () => (pattern.test(tail.said()) ? true : undefined));

describe('tail', () => {
  it('prints what a collector records, and ends quietly when it is stopped', async () => {
    const place = newPlace();
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    await server.ready();
    respond(place, 1);
    await until('entry', async () =>
      (await server.json<{ data: unknown[] }>('/api/metrics')).data.length > 0 ? true : undefined,
    );
    const tail = tailing(place);
    await says(tail, /^\d\d:\d\d:\d\d live +0e2e0000 claude-opus-5-5 +1,023 in, 5 out, \$/m);
    respond(place, 2);
    await says(tail, /(?:claude-opus-5-5.*\n.*){2}/);
    const { code, stderr } = await tail.stop();
    expect(code).toBe(0);
    expect(stderr).not.toContain('Error');
  });

  it('reads transcripts itself where nobody collects', async () => {
    const place = newPlace();
    const [asked, other] = [liveSession(1), liveSession(2)];
    respond(place, 1, asked);
    expect((await runCommand(place, 'import')).code).toBe(0);
    const tail = tailing(place, '--json', '--session', asked);
    await says(tail, /^.*\n$/);
    respond(place, 2, other);
    respond(place, 3, asked);
    await says(tail, /^.*\n.*\n$/);
    const sessions = tail
      .said()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(sessions).toMatchObject([{ session_id: asked }, { session_id: asked }]);
    expect((await tail.stop()).code).toBe(0);
  });
});
