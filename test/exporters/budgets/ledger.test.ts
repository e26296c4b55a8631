import { beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../exporters/budgets/ledger.ts';
import { createMessage } from '../../../exporters/budgets/message.ts';
import { day, NOW_MS } from '../../support/budget-rig.ts';

const DAY_MS = 86_400_000;
const none: ReadonlySet<string> = new Set();
const message = (period: string) =>
  createMessage(day(9, { period }), 'warning', { timezone: 'UTC', atMs: NOW_MS });

let ledger: Ledger;
beforeEach(() => {
  ledger = new Ledger({ told: {}, waiting: [] });
});

describe('the ledger of messages', () => {
  it('forgets a message seven days after its budget was last seen at that level', () => {
    ledger.settle('a', NOW_MS);
    ledger.forget(none, NOW_MS + 7 * DAY_MS);
    expect(ledger.knows('a')).toBe(true);
    ledger.forget(none, NOW_MS + 7 * DAY_MS + 1);
    expect(ledger.state).toEqual({ told: {}, waiting: [] });
  });

  it('remembers a message as long as its budget stays there', () => {
    ledger.settle('a', NOW_MS);
    for (let days = 1; days <= 30; days += 1)
      ledger.forget(new Set(['a']), NOW_MS + days * DAY_MS + 1);
    ledger.forget(none, NOW_MS + 36 * DAY_MS);
    expect(ledger.knows('a')).toBe(true);
  });

  it('has something to write down only where something changed', () => {
    ledger.settle('a', NOW_MS);
    ledger.isChanged = false;
    ledger.forget(new Set(['a']), NOW_MS + DAY_MS);
    expect(ledger.isChanged).toBe(false);
    ledger.forget(new Set(['a']), NOW_MS + DAY_MS + 1);
    expect(ledger.isChanged).toBe(true);
  });

  it('remembers five thousand, and what is current before all others', () => {
    for (let at = 0; at < 5_100; at += 1) ledger.settle(`s-${at}`, NOW_MS);
    ledger.forget(new Set(['s-0']), NOW_MS);
    expect(Object.keys(ledger.state.told)).toHaveLength(5_000);
    expect(['s-0', 's-1', 's-100', 's-101', 's-5099'].map((id) => ledger.knows(id))).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it('lets a thousand wait, and takes the next one when there is room', () => {
    for (let at = 0; at < 1_001; at += 1) ledger.add(message(`s-${at}`));
    expect(ledger.waiting).toHaveLength(1_000);
    const last = message('s-1000');
    expect(ledger.knows(last.id)).toBe(false);
    ledger.settle(message('s-0').id, NOW_MS);
    ledger.add(last);
    expect(ledger.knows(last.id)).toBe(true);
  });
});
