import { describe, expect, it } from 'vitest';
import { createEventLines, projectPath } from '../../src/cli/event-line.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { PlanEvent } from '../../src/records/plan.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import type { Stored } from '../../src/store/store.ts';

const entry = (more: Partial<MetricEntry>): Stored => ({
  seq: 1,
  kind: 'metric',
  entry: {
    id: 'evt_1',
    revision: 0,
    timestamp: '2026-11-20T23:30:00.000Z',
    session_id: '5fb3233b-1111-4222-8333-444455556666',
    project_path: '/home/dev/shop',
    source: 'transcript',
    event_type: 'user_prompt',
    event_category: 'user',
    data: {},
    tags: [],
    ...more,
  },
});

const tool = (more: Partial<MetricEntry>): Stored =>
  entry({ event_type: 'tool_completed', event_category: 'tool', tool_name: 'Bash', ...more });

const textOf = (stored: Stored, hasColour = false): string =>
  createEventLines({ zone: createTimeZone('Europe/Berlin'), hasColour })(stored);

const lineOf = (stored: Stored): string => textOf(stored).split('\n')[1] ?? '';

describe('the line of an event', () => {
  it('says when and where, in the zone that was asked for', () => {
    expect(textOf(entry({}))).toBe('2026-11-21\n00:30:00 shop             5fb3233b user prompt\n');
  });

  it('tells the date once for each day', () => {
    const next = createEventLines({ zone: createTimeZone('UTC'), hasColour: false });
    const dates = ['2026-11-20T01:00:00Z', '2026-11-20T02:00:00Z', '2026-11-21T03:00:00Z'].map(
      (timestamp) => next(entry({ timestamp })).split('\n').length - 1,
    );
    expect(dates).toEqual([2, 1, 2]);
  });

  it('tells of a request what it took and what it cost', () => {
    const tokens = {
      input_tokens: 3,
      output_tokens: 500,
      cache_read_input_tokens: 12_000,
      cache_creation_input_tokens: 20,
      cache_creation_5m_input_tokens: 20,
      cache_creation_1h_input_tokens: 0,
    };
    const cost = {
      input: 0,
      output: 0,
      cache_read: 0,
      cache_creation: 0,
      web_search: 0,
      total: 0.0123,
    };
    expect(lineOf(entry({ model: 'claude-opus-5-5', tokens, cost }))).toMatch(
      /claude-opus-5-5 +12,023 in, 500 out, \$0\.0123$/,
    );
    expect(lineOf(entry({ model: 'gpt-x', tokens }))).toMatch(
      /12,023 in, 500 out, no price known$/,
    );
  });

  it.each([
    [
      { tool_duration_ms: 1_500, data: { command: 'npm' } },
      'Bash               done in 1.5 s: npm',
    ],
    [
      { event_type: 'tool_start', tool_name: 'Edit', data: { file_path: '/home/dev/shop/a.ts' } },
      'Edit               started: a.ts',
    ],
    [
      { event_type: 'tool_failed', tool_success: false, data: { error_class: 'denied' } },
      'Bash               failed: denied',
    ],
    [{ revision: 2, tool_duration_ms: null }, 'Bash               done (again)'],
  ])('tells of a tool call how it went: %j', (more, text) => {
    expect(lineOf(tool(more)).endsWith(` ${text}`)).toBe(true);
  });

  it('tells what happened to a plan, and where the plan lies', () => {
    const event = {
      id: 'plan_1',
      revision: 0,
      timestamp: '2026-11-20T09:00:00.000Z',
      session_id: '',
      event_type: 'feature_started',
      plan_name: 'big',
      plan_path: '/home/dev/shop/dev/active/big',
      feature_id: 'F3',
      data: {},
    } as PlanEvent;
    const stored: Stored = { seq: 1, kind: 'plan', event };
    expect(lineOf(stored)).toMatch(/^10:00:00 shop +plan big: feature started F3$/);
    expect(projectPath(stored)).toBe('/home/dev/shop');
  });

  it('is one line and no command to the terminal, whatever names hold', () => {
    const evil = 'a\u001b[2J\nb\u202e';
    const text = textOf(
      tool({
        tool_name: evil,
        project_path: `/x/${evil}`,
        session_id: evil,
        data: { command: evil },
      }),
    );
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  it('has colour only where the terminal has', () => {
    const failed = tool({ event_type: 'tool_failed', tool_success: false });
    expect(textOf(failed)).not.toContain('\u001b');
    expect(textOf(failed, true)).toContain('\u001b[31m');
  });
});
