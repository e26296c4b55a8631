/** A budget of the real program: its webhook is told once, over a kill, and says what `/metrics` says. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { messagesOf } from '../support/budget-rig.ts';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { type Place, temporaryFolder, until } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';
import { startWebhook } from '../support/webhook-server.ts';

/** A zone in which it is about noon, so that no day ends while this runs. */
const noonZone = (): string => {
  const hours = new Date().getUTCHours() - 12;
  return `Etc/GMT${hours < 0 ? '-' : '+'}${Math.abs(hours)}`;
};

it('a webhook hears of each budget once, also after a kill, and of what /metrics says', async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const webhook = await startWebhook();
  onTestFinished(() => webhook[Symbol.asyncDispose]());
  const place = (env: Place['env'] = {}): Place => ({
    home: join(folder, 'home'),
    claudeDir: join(folder, 'claude'),
    env: {
      HALL_MONITOR_TIMEZONE: noonZone(),
      HALL_MONITOR_BUDGETS_DAY_USD: '0.001',
      HALL_MONITOR_BUDGETS_WEBHOOK_URL: `${webhook.origin}/hook`,
      ...env,
    },
  });
  const serve = async (env?: Place['env']): Promise<RunningCollector> => {
    const server = await startCollector(place(env));
    onTestFinished(async () => void (await server.kill()));
    return server;
  };
  mkdirSync(join(folder, 'claude', 'projects'), { recursive: true });
  const session = liveSession(1);
  const spend = (number: number): void =>
    appendResponse(place().claudeDir, {
      messageId: liveMessageId(number),
      session,
      atMs: Date.now(),
      outputTokens: 4_000,
    });

  spend(1);
  const first = await serve();
  await webhook.arrived(1);
  const [told] = messagesOf(webhook);
  expect(told).toMatchObject({ level: 'exceeded', budget: 'day', limit_usd: 0.001 });
  const shown = /^hall_monitor_budget_used_usd\{budget="day",project=""\} (\S+)$/m.exec(
    await (await first.get('/metrics')).text(),
  );
  expect(Number(shown?.[1])).toBeCloseTo(told?.used_usd ?? 0, 9);
  expect(told?.used_usd).toBeGreaterThan(0.001);
  const file = join(place().home, 'budgets', 'told.json');
  await until('a note that it was told', () =>
    readFileSync(file, 'utf8').includes('"waiting":[]') ? true : undefined,
  );
  await first.kill();

  spend(2);
  const second = await serve({ HALL_MONITOR_BUDGETS_SESSION_USD: '0.001' });
  await webhook.arrived(2);
  await second.stop();
  expect(messagesOf(webhook).map(({ id }) => id)).toEqual([
    told?.id,
    `session/${session}/exceeded`,
  ]);
  expect(`${first.said()}${second.said()}`).not.toContain('/hook');
});
