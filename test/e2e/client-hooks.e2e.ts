import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished } from 'vitest';
import {
  type ClientStage,
  hooksCommand,
  newStage,
  play,
  type Played,
  spooledFiles,
} from '../support/client/client-stage.ts';
import { hookDisturbances, hookFirings } from '../support/client/client-totals.ts';
import type { Scenario } from '../support/client/scenario.ts';
import { compact } from '../support/client/scenarios/compact.ts';
import { denied } from '../support/client/scenarios/denied.ts';
import { failing } from '../support/client/scenarios/failing.ts';
import { queued } from '../support/client/scenarios/queued.ts';
import { tour } from '../support/client/scenarios/tour.ts';
import { clientTells, collectorTells } from '../support/client/told-sessions.ts';
import { needs } from '../support/offers.ts';
import { commandJson, until } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';

const SCENARIOS: Readonly<Record<string, (workDir: string) => Scenario>> = {
  tour,
  denied,
  queued,
  failing,
};

async function collecting({ place }: ClientStage): Promise<RunningCollector> {
  const server = await startCollector(place);
  onTestFinished(async () => void (await server.kill()));
  await server.ready();
  return server;
}

/** What the client says of hooks that printed, failed or were cancelled; the hooks must have fired at all. */
function disturbances({ api }: Played): readonly object[] {
  expect(hookFirings(api)).toBeGreaterThan(0);
  return hookDisturbances(api);
}

async function spoolToBeEmpty(stage: ClientStage): Promise<void> {
  await until('empty spool', () => (spooledFiles(stage).length === 0 ? true : undefined), 10_000);
}

describe('hooks in a real Claude Code', () => {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    needs('claude-code')(
      `tell a running collector what the client itself says: ${name}`,
      async () => {
        const stage = newStage();
        await hooksCommand(stage, 'install');
        const server = await collecting(stage);
        const played = await play(stage, scenario);
        const truth = clientTells(played);
        expect(await collectorTells(server, truth)).toEqual(truth);
        expect(disturbances(played)).toEqual([]);
        await spoolToBeEmpty(stage);
      },
    );

    needs('claude-code')(`lose nothing while no collector runs: ${name}`, async () => {
      const stage = newStage();
      await hooksCommand(stage, 'install');
      const played = await play(stage, scenario);
      expect(disturbances(played)).toEqual([]);
      expect(spooledFiles(stage)).not.toEqual([]);
      let read = 0;
      // The process that renames the last payload may still be on its way, or have gone with the client.
      await until('spool that imports have emptied', async () => {
        read += (await commandJson<{ read_hooks: number }>(stage.place, 'import')).read_hooks;
        return spooledFiles(stage).length === 0 ? true : undefined;
      });
      expect(read).toBeGreaterThan(0);
      const truth = clientTells(played);
      expect(await collectorTells(await collecting(stage), truth)).toEqual(truth);
    });
  }

  needs('claude-code')('wait for a collector that starts later', async () => {
    const stage = newStage();
    await hooksCommand(stage, 'install');
    const truth = clientTells(await play(stage, denied));
    const server = await collecting(stage);
    expect(await collectorTells(server, truth)).toEqual(truth);
    await spoolToBeEmpty(stage);
  });

  needs('claude-code')(
    'show what only the client knows of as a difference: a compaction',
    async () => {
      const stage = newStage();
      await hooksCommand(stage, 'install');
      const server = await collecting(stage);
      const played = await play(stage, compact);
      // The request that made the summary is in no transcript, and no hook tells what it cost.
      const summaries = played.api
        .events()
        .filter(({ attributes }) => attributes['query_source'] === 'compact');
      const costUsd = summaries.reduce(
        (sum, { attributes }) => sum + Number(attributes['cost_usd'] ?? 0),
        0,
      );
      const [id, truth] = Object.entries(clientTells(played))[0]!;
      const known = {
        [id]: {
          ...truth,
          requests: truth.requests - 1,
          costNanoUsd: truth.costNanoUsd - Math.round(costUsd * 1e9),
        },
      };
      expect(await collectorTells(server, known)).toEqual(known);
      const session = await server.json<{ compactions: number; cost_difference_usd: number }>(
        `/api/sessions/${id}`,
      );
      expect(session.compactions).toBe(1);
      expect(session.cost_difference_usd).toBeCloseTo(-costUsd, 9);
      expect(disturbances(played)).toEqual([]);
    },
  );

  needs('claude-code')('count once what two installations tell of', async () => {
    const stage = newStage();
    await hooksCommand(stage, 'install');
    await hooksCommand(stage, 'install', '--scope', 'local');
    const server = await collecting(stage);
    const played = await play(stage, tour);
    const truth = clientTells(played);
    expect(await collectorTells(server, truth)).toEqual(truth);
    expect(disturbances(played)).toEqual([]);
    await spoolToBeEmpty(stage);
    const { data } = await server.json<{
      data: readonly { readonly source: string; readonly lines: number }[];
    }>('/api/sources');
    const heard = data.find(({ source }) => source === 'hook')?.lines ?? 0;
    // Each firing was told twice, so that there was something not to count.
    expect(heard).toBeGreaterThan(hookFirings(played.api) * 1.5);
  });

  needs('claude-code')('tell the same over HTTP, and no one notices', async () => {
    const stage = newStage();
    const server = await collecting(stage);
    const env = { ...stage.place.env, HALL_MONITOR_PORT: new URL(server.url).port };
    const knowing = { ...stage, place: { ...stage.place, env } };
    await hooksCommand(knowing, 'install', '--mode', 'http');
    const played = await play(stage, tour);
    const truth = clientTells(played);
    expect(await collectorTells(server, truth)).toEqual(truth);
    expect(disturbances(played)).toEqual([]);
    const { data } = await server.json<{
      data: readonly { readonly source: string; readonly lines: number }[];
    }>('/api/sources');
    expect(data.find(({ source }) => source === 'hook')?.lines).toBeGreaterThan(20);
  });

  needs('claude-code')(
    'leave the settings byte by byte as they were when they are taken out',
    async () => {
      const stage = newStage();
      const own =
        '{ "hooks": {"Stop": [ {"hooks":[{"type":"command","command":"true"}]} ]},\n\t"env": {} }\n\n';
      writeFileSync(stage.userSettings, own);
      await hooksCommand(stage, 'install');
      expect(readFileSync(stage.userSettings, 'utf8')).not.toBe(own);
      const played = await play(stage, denied);
      expect(disturbances(played)).toEqual([]);
      await hooksCommand(stage, 'uninstall');
      expect(readFileSync(stage.userSettings, 'utf8')).toBe(own);
      const after = await play(stage, denied);
      expect(hookFirings(after.api)).toBe(1);
    },
  );
});
