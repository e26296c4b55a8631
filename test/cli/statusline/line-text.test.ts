import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineText } from '../../../src/cli/statusline/line-text.ts';

const NOW = new Date(2026, 10, 20, 9);
const NOW_MS = NOW.getTime();
const seconds = (...local: readonly [number, number, number]): number =>
  new Date(2026, 10, ...local).getTime() / 1_000;

const PAYLOAD = {
  session_id: 'a',
  model: { id: 'claude-opus-5', display_name: 'Opus 5' },
  workspace: { current_dir: '/home/dev/shop/src', project_dir: '/home/dev/shop/' },
  cost: { total_cost_usd: 1.234 },
  context_window: { used_percentage: 41.6 },
  rate_limits: {
    five_hour: { used_percentage: 23.4, resets_at: seconds(20, 14, 5) },
    seven_day: { used_percentage: 80, resets_at: seconds(23, 8, 0) },
  },
};

describe('the line for a person', () => {
  it('says model, project, cost, context and limits', () => {
    expect(lineText(PAYLOAD, NOW_MS)).toBe(
      'Opus 5 · shop · $1.23 · context 42% · 5h 23% until 14:05 · 7d 80% until Mon 08:00',
    );
  });

  it('leaves out what is not told, and limits whose window is over', () => {
    const { model } = PAYLOAD;
    const five_hour = { used_percentage: 99, resets_at: NOW_MS / 1_000 };
    expect(lineText({ model: { id: model.id }, rate_limits: { five_hour } }, NOW_MS)).toBe(
      'claude-opus-5',
    );
    expect(lineText({ cwd: 'C:\\work\\shop' }, NOW_MS)).toBe('shop');
    expect(lineText(null, NOW_MS)).toBe('');
  });

  it('shows text as text, and not much of it', () => {
    const hostile = { ...PAYLOAD, model: { display_name: '\u001b]0;title\u0007\nsecond line' } };
    expect(lineText(hostile, NOW_MS)).toMatch(/^\\x1b\]0;title\\x07\\x0asecond line · shop/);
    const long = lineText({ cwd: `/a/${'x'.repeat(100_000)}` }, NOW_MS);
    expect(long).toBe(`${'x'.repeat(39)}…`);
  });

  it('is one short line of visible text, whatever it is given', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.double(),
      fc.jsonValue(),
    );
    const record = fc.record({
      model: fc.oneof(fc.record({ display_name: value, id: value }), value),
      workspace: fc.oneof(fc.record({ project_dir: value }), value),
      cost: fc.record({ total_cost_usd: value }),
      context_window: fc.record({ used_percentage: value }),
      rate_limits: fc.record({
        five_hour: fc.record({ used_percentage: value, resets_at: value }),
      }),
    });
    fc.assert(
      fc.property(record, (payload) => {
        const line = lineText(payload, NOW_MS);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        expect(line.length).toBeLessThan(400);
      }),
    );
  });
});
