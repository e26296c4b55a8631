import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, vi } from 'vitest';
import type { PlanEvent } from '../../src/records/plan.ts';
import {
  type ClientStage,
  hooksCommand,
  newStage,
  play,
  type Played,
} from '../support/client/client-stage.ts';
import { MODEL } from '../support/client/scenario.ts';
import {
  CLIENT_FEATURE,
  CLIENT_MANIFEST,
  CLIENT_PLAN,
  plan,
  seenFile,
} from '../support/client/scenarios/plan.ts';
import type { GivenAnswer } from '../support/client/stand-in-api.ts';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { needs } from '../support/offers.ts';
import { commandJson, until } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';
import { planEvents } from '../support/told-plan-events.ts';

interface Usage {
  readonly requests: number;
  readonly cost_usd: number;
}

interface Detail {
  readonly features: readonly {
    readonly id: string;
    readonly status: string;
    readonly attempts: readonly unknown[];
    readonly usage: Usage;
  }[];
  readonly rest: { readonly usage: Usage };
  readonly total: { readonly usage: Usage };
}

const LIMIT_MS = 30_000;
const MILLION = 1_000_000;
/** USD for a million tokens of the model that the scenario uses. */
const PRICES = {
  input_tokens: 3,
  output_tokens: 15,
  cache_read_input_tokens: 0.3,
  ephemeral_5m_input_tokens: 3.75,
  ephemeral_1h_input_tokens: 6,
};

const DAY_MS = 86_400_000;

/** A stage with a plan in its project, in which somebody has worked before. */
function stageWithPlan(): ClientStage {
  const stage = newStage();
  appendResponse(stage.place.claudeDir, {
    messageId: liveMessageId(1),
    session: liveSession(1),
    atMs: Date.now() - DAY_MS,
    cwd: stage.workDir,
  });
  const folder = join(stage.workDir, 'dev', 'active', CLIENT_PLAN);
  mkdirSync(join(folder, 'prompts'), { recursive: true });
  writeFileSync(join(folder, 'plan.md'), '# Count to three\n');
  writeFileSync(join(folder, 'manifest.jsonl'), CLIENT_MANIFEST);
  writeFileSync(join(folder, 'prompts', `${CLIENT_FEATURE}.md`), 'Count.\n');
  // Somebody wrote it long before any session.
  const then = new Date(Date.now() - 2 * DAY_MS);
  for (const file of ['plan.md', 'manifest.jsonl']) utimesSync(join(folder, file), then, then);
  return stage;
}

async function collecting({ place }: ClientStage): Promise<RunningCollector> {
  const server = await startCollector(place);
  onTestFinished(async () => void (await server.kill()));
  await server.ready();
  return server;
}

/** Plays the scenario and lets the client go on as soon as the collector has told what it changed. */
async function playWatched(stage: ClientStage, server: RunningCollector): Promise<Played> {
  await eventOf(server, 'plan_optimized');
  const played = play(stage, plan(true));
  const seen = (async () => {
    await eventOf(server, 'feature_started');
    writeFileSync(seenFile(stage.workDir, 'in_progress'), '');
    await eventOf(server, 'feature_completed');
    writeFileSync(seenFile(stage.workDir, 'completed'), '');
  })();
  await Promise.all([played, seen]);
  return await played;
}

const eventOf = (server: RunningCollector, type: string): Promise<PlanEvent> =>
  until(type, async () => {
    const response = await server.get(`/api/plans/events/${CLIENT_PLAN}?order=asc&limit=1000`);
    if (!response.ok) return undefined;
    const { data } = (await response.json()) as { data: readonly PlanEvent[] };
    return data.find(({ event_type: each }) => each === type);
  });

/**
 * What the stand-in answered, by where it belongs: in the feature, beside it under the same prompt, and in no plan at
 * all.
 */
function answersOf({ api }: Played) {
  const answers = api.answers.filter(({ isTitle }) => !isTitle);
  const ofEdit = (status: string): number =>
    answers.findIndex(({ blocks }) =>
      blocks.some(
        (block) =>
          block.type === 'tool_use' && JSON.stringify(block.input).includes(`\\"${status}\\"`),
      ),
    );
  const [started, completed] = [ofEdit('in_progress'), ofEdit('completed')];
  // The last one is that of the prompt that has nothing to do with the plan.
  const end = answers.length - 1;
  return {
    inFeature: answers.slice(started + 1, completed + 1),
    inRest: [...answers.slice(0, started + 1), ...answers.slice(completed + 1, end)],
    ofStart: answers[started]!,
    ofEnd: answers[completed]!,
  };
}

const costUsd = (answers: readonly GivenAnswer[]): number =>
  answers.reduce((sum, { model, usage }) => {
    if (model !== MODEL) throw new Error(`There is no price for ${model} here.`);
    const tokens = { ...usage, ...(usage['cache_creation'] as object) } as Record<string, number>;
    return (
      sum +
      Object.entries(PRICES).reduce((cost, [name, usd]) => cost + (tokens[name] ?? 0) * usd, 0) /
        MILLION
    );
  }, 0);

/** Id of the tool call that an answer asked for. */
const toolUseId = ({ blocks }: GivenAnswer): string =>
  blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))[0] ?? '';

const usageIs = (answers: readonly GivenAnswer[]) => ({
  requests: answers.length,
  cost_usd: expect.closeTo(costUsd(answers), 9) as number,
});

async function detailOf(server: RunningCollector): Promise<Detail> {
  const { data } = await server.json<{ data: readonly Detail[] }>(`/api/plans/${CLIENT_PLAN}`);
  return data[0]!;
}

/** Waits until each part of the plan costs what the stand-in answered for it, and the parts add up. */
async function expectParts(
  server: RunningCollector,
  { inFeature, inRest }: Pick<ReturnType<typeof answersOf>, 'inFeature' | 'inRest'>,
): Promise<void> {
  await vi.waitFor(
    async () => {
      const { features, rest, total } = await detailOf(server);
      expect({ features, rest, total }).toMatchObject({
        features: [
          { id: 'F000', usage: usageIs([]) },
          { id: CLIENT_FEATURE, status: 'completed', usage: usageIs(inFeature) },
          { id: 'F002', usage: usageIs([]) },
        ],
        rest: { usage: usageIs(inRest) },
        total: { usage: usageIs([...inFeature, ...inRest]) },
      });
    },
    { timeout: LIMIT_MS, interval: 100 },
  );
}

/** Waits until the feature's events name the calls of the client that made them. */
async function expectAuthors(server: RunningCollector, played: Played): Promise<void> {
  const { ofStart, ofEnd } = answersOf(played);
  const session = played.ends[0]?.results[0]?.session_id ?? '';
  const { data: prompts } = await server.json<{
    data: readonly { readonly data: { readonly prompt_id?: string } }[];
  }>(`/api/metrics?session=${session}&event_type=user_prompt&order=asc`);
  const by = (answer: GivenAnswer) => ({
    session_id: session,
    data: {
      prompt_id: prompts[0]?.data.prompt_id ?? 'none',
      tool_use_id: toolUseId(answer),
      session_source: 'tool_call',
      time_source: 'tool_call',
    },
  });
  await vi.waitFor(
    async () => {
      const events = await planEvents(server, CLIENT_PLAN);
      expect(events.filter(({ event_type: type }) => !MADE.has(type))).toMatchObject([
        { event_type: 'orchestration_started', ...by(ofStart) },
        { event_type: 'feature_started', feature_id: CLIENT_FEATURE, ...by(ofStart) },
        { event_type: 'feature_completed', feature_id: CLIENT_FEATURE, ...by(ofEnd) },
      ]);
    },
    { timeout: LIMIT_MS, interval: 100 },
  );
}

/** What is told of a plan's making. */
const MADE = new Set(['plan_created', 'plan_optimized', 'feature_created']);

describe('a plan that a real Claude Code carries out', () => {
  needs('claude-code')(
    'costs what the API answered between the edits of its manifest, with hooks',
    async () => {
      const stage = stageWithPlan();
      await hooksCommand(stage, 'install');
      const server = await collecting(stage);
      const played = await playWatched(stage, server);
      await expectParts(server, answersOf(played));
      await expectAuthors(server, played);
    },
  );

  needs('claude-code')('costs the same where only transcripts tell', async () => {
    const stage = stageWithPlan();
    const server = await collecting(stage);
    const played = await playWatched(stage, server);
    await expectParts(server, answersOf(played));
    await expectAuthors(server, played);
  });

  needs('claude-code')('costs the same where nobody waits for the collector', async () => {
    const stage = stageWithPlan();
    const server = await collecting(stage);
    await eventOf(server, 'plan_optimized');
    const played = await play(stage, plan(false));
    await expectParts(server, answersOf(played));
    await expectAuthors(server, played);
  });

  needs('claude-code')('costs the same where no collector ran, if its plan was known', async () => {
    const stage = stageWithPlan();
    await commandJson(stage.place, 'import');
    const played = await play(stage, plan(false));
    await commandJson(stage.place, 'import');
    const server = await collecting(stage);
    await expectParts(server, answersOf(played));
    await expectAuthors(server, played);
  });

  needs('claude-code')(
    'has no transitions that nobody saw, and all of its cost is the rest',
    async () => {
      const stage = stageWithPlan();
      await hooksCommand(stage, 'install');
      const played = await play(stage, plan(false));
      await commandJson(stage.place, 'import');
      const server = await collecting(stage);
      const types = (await planEvents(server, CLIENT_PLAN)).map(({ event_type: type }) => type);
      expect(types).toEqual([
        'plan_created',
        'plan_optimized',
        'feature_created',
        'feature_created',
        'feature_created',
      ]);
      const { inFeature, inRest } = answersOf(played);
      await expectParts(server, { inFeature: [], inRest: [...inFeature, ...inRest] });
      expect((await detailOf(server)).features.flatMap(({ attempts }) => attempts)).toEqual([]);
    },
  );
});
