import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MonitorRecord } from '../../../src/records/record.ts';
import { planSpans } from '../../../src/rollups/plan-spans.ts';
import { encodeSpans } from '../../../exporters/rest/encode-spans.ts';
import { AT_MS, batch, prompt, request, toolCall } from '../../pipeline/ingest-fixture.ts';
import {
  attributesOf,
  logsOf,
  type OtlpBackend,
  spansOf,
  startBackend,
  type Told,
  understood,
} from '../../support/otlp-backend.ts';
import type { OtlpWishes } from '../../support/otlp-config.ts';
import { createOtlpRig, type OtlpRig } from '../../support/otlp-rig.ts';
import { fillPlanSample } from '../../support/plan-fixture.ts';

const CANARY = 'canary-7f3a';

let rig: OtlpRig;
let backend: OtlpBackend;
beforeEach(async () => {
  rig = createOtlpRig();
  backend = await startBackend();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

/** Sends everything that is in the store. */
const drain = async (more: OtlpWishes): Promise<void> => {
  rig.start({ endpoint: backend.url, history: true, ...more });
  const last = rig.deps.reader.lastSeq();
  await vi.waitFor(
    () => {
      const seqs = ['otlp-traces', 'otlp-logs'].map((name) => rig.deps.cursors.load(name)?.seq);
      expect(seqs).toEqual([last, last]);
    },
    { timeout: 5_000 },
  );
  await rig.stop();
};
const bodies = (): string => backend.received.map(({ body }) => body.toString('latin1')).join('\n');

/** Text of the kinds that must stay here, in every place that a stranger can write to. */
const records = (): readonly MonitorRecord[] => [
  prompt({
    project: `/home/${CANARY}/one`,
    data: JSON.stringify({ prompt_bytes: 5, note: `please ${CANARY}` }),
  }),
  prompt({
    key: 'command:1',
    type: 'slash_command',
    project: `/home/${CANARY}/one`,
    data: JSON.stringify({ command: CANARY }),
  }),
  request({
    project: `/home/${CANARY}/one`,
    model: `say ${CANARY} aloud`,
    effort: `${CANARY} with words`,
    stopReason: `because of ${CANARY}`,
    serviceTier: `/${CANARY}`,
  }),
  request({ key: 'msg_2', project: `/home/${CANARY}/one`, stopReason: `${CANARY}: no` }),
  toolCall({
    project: `/home/${CANARY}/one`,
    tool: `rm -rf /${CANARY}`,
    filePath: `/home/${CANARY}/secret.ts`,
    command: CANARY,
    planPath: `/home/${CANARY}/dev/active/x`,
  }),
  prompt({
    key: 'cwd:1',
    type: 'cwd_changed',
    project: `/home/${CANARY}/one`,
    data: JSON.stringify({
      old_cwd: `/${CANARY}`,
      new_cwd: `/${CANARY}/b`,
      file_path: `/${CANARY}`,
      cwd: `/${CANARY}`,
      transcript_path: `/${CANARY}.jsonl`,
      reason: `the ${CANARY} said so`,
      error: `ENOENT: ${CANARY}`,
      agent_type: `${CANARY} agent`,
      command_name: CANARY,
      [`odd key ${CANARY}`]: 1,
      nested: { text: CANARY },
      list: [CANARY],
    }),
  }),
  prompt({ key: 'custom:1', type: `hook_${CANARY} words` as 'setup', data: '{}' }),
];

describe('content', () => {
  it.each(['http/json', 'http/protobuf'] as const)(
    'stays here by default, over %s',
    async (protocol) => {
      rig.log.commit(batch(records()));
      await drain({ protocol });
      expect(logsOf(backend.taken)).toHaveLength(7);
      expect(spansOf(backend.taken).length).toBeGreaterThan(2);
      expect(bodies()).not.toContain(CANARY);
    },
  );

  it('goes along where it is switched on: paths and commands, in spans and records', async () => {
    rig.log.commit(batch(records()));
    await drain({ content: true, protocol: 'http/json' });
    const tool = spansOf(backend.taken).find(({ name }) => name === 'execute_tool other');
    expect(tool?.attributes).toMatchObject({
      'hall_monitor.file_path': `/home/${CANARY}/secret.ts`,
      'hall_monitor.command': CANARY,
      'hall_monitor.project.path': `/home/${CANARY}/one`,
    });
    const moved = logsOf(backend.taken).find(
      ({ eventName }) => eventName === 'hall_monitor.cwd_changed',
    );
    expect(moved?.attributes).toMatchObject({ 'hall_monitor.new_cwd': `/${CANARY}/b` });
  });

  it('of plans, which is paths and descriptions, stays here too', async () => {
    fillPlanSample(rig.log.fixture.db);
    const said = `F001: delete ${CANARY}`;
    for (const table of ['plan_event', 'plan_feature']) {
      rig.log.fixture.db
        .prepare(`UPDATE ${table} SET feature_id = ? WHERE feature_id = 'F001'`)
        .run(said);
    }
    await drain({});
    expect(spansOf(backend.taken).length).toBeGreaterThan(3);
    expect(bodies()).not.toMatch(/home\/dev|Counts things|canary/);
    expect(bodies()).toContain('feature other');
    expect(bodies()).toContain('hall_monitor.feature.id');
  });
});

describe('both forms', () => {
  it('of a request say the same', async () => {
    rig.log.commit(
      batch([...records(), prompt({ key: 'turn:1', type: 'turn_completed', atMs: AT_MS + 9 })]),
    );
    fillPlanSample(rig.log.fixture.db);
    await drain({ protocol: 'http/json', content: true });
    const json = backend.taken.map(understood);
    await backend[Symbol.asyncDispose]();
    backend = await startBackend();
    rig.log.fixture.db.exec('DELETE FROM export_cursor');
    await drain({ protocol: 'http/protobuf', content: true });
    const protobuf = backend.taken.map(understood);
    expect(protobuf.toSorted(bySignal).map(withoutDefaults)).toEqual(
      json.toSorted(bySignal).map(withoutDefaults),
    );
  });
});

const bySignal = (left: object, right: object): number =>
  Object.keys(left).join().localeCompare(Object.keys(right).join());

/** What protobuf leaves out, JSON may have; and the form of big numbers differs. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const isDefault = inner === 0 || inner === '' || (Array.isArray(inner) && inner.length === 0);
      const isMoment = key === 'observedTimeUnixNano';
      return isMoment || (isDefault && !key.endsWith('Value'))
        ? []
        : [[key, withoutDefaults(inner)]];
    }),
  );
}

describe('the spans of plans', () => {
  it('wait a little for what the plan cost, which is worked out soon after it changed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { db } = rig.log.fixture;
    const { plan } = fillPlanSample(db);
    db.exec('UPDATE plan SET dirty = 1');
    rig.start({ endpoint: backend.url, history: true, logs: 'none' });
    const turns = async (ms: number): Promise<void> => {
      await vi.advanceTimersByTimeAsync(ms);
      for (let turn = 0; turn < 50; turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
    };
    await turns(2_000);
    expect(backend.received).toEqual([]);
    db.prepare('UPDATE plan_usage SET cost_nano_usd = 7000000000 WHERE attempt <> 0').run();
    db.prepare('UPDATE plan SET dirty = 0 WHERE id = ?').run(plan);
    for (let step = 0; step < 100 && backend.taken.length === 0; step += 1) await turns(250);
    vi.useRealTimers();
    const costs = spansOf(backend.taken).map(
      ({ attributes }) => attributes['hall_monitor.cost_usd'],
    );
    expect(costs).toContain(7);
  });

  it('are the ones that REST gives, as far as they have ended', async () => {
    const { db } = rig.log.fixture;
    fillPlanSample(db);
    db.exec('UPDATE plan SET dirty = 0');
    await drain({ content: true, protocol: 'http/json' });
    const sent = spansOf(backend.taken).filter(
      ({ attributes }) => attributes['hall_monitor.span'] === 'plan',
    );
    const all = planSpans(db, { plan: null, project: null, activation: null, includesOpen: false });
    const rest = encodeSpans(all ?? [], '9.9.9') as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const expected = rest.resourceSpans[0]?.scopeSpans[0]?.spans.map((span): Told => ({
      ...span,
      attributes: numbersAsNumbers(attributesOf(span['attributes'] as [])),
    }));
    expect(expected?.length).toBeGreaterThan(2);
    for (const span of expected ?? []) {
      const own = sent.find(({ spanId }) => spanId === span['spanId']);
      const {
        'hall_monitor.span': _kind,
        'hall_monitor.project': _name,
        ...attributes
      } = own?.attributes ?? {};
      expect(attributes).toEqual(span.attributes);
      for (const key of [
        'traceId',
        'parentSpanId',
        'name',
        'kind',
        'startTimeUnixNano',
        'endTimeUnixNano',
        'status',
      ]) {
        expect([key, own?.[key]]).toEqual([key, span[key]]);
      }
    }
    expect(sent).toHaveLength(expected?.length ?? 0);
  });
});

/** REST writes whole numbers as text, as JSON of OTLP may. */
const numbersAsNumbers = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'string' && /^\d+$/.test(value) && key !== 'vcs.change.id'
        ? Number(value)
        : value,
    ]),
  );
