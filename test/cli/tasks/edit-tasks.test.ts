import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editTasks } from '../../../src/cli/tasks/edit-tasks.ts';
import type { FilledTask, FilledTasks } from '../../../src/cli/tasks/fill-tasks.ts';

const TOTALS: FilledTasks['totals'] = {
  total_tasks: 1,
  total_duration_minutes: 30,
  total_tokens: 1_000,
  total_commits: 44,
  total_cost_usd: 1.5,
  total_sessions: 3,
  total_active_minutes: 31.5,
  total_messages: 12,
  unassigned_cost_usd: 0.25,
};

const filledTask = (index: number, more: Partial<FilledTask> = {}): FilledTask => ({
  index,
  id: '',
  cost_usd: 1.25,
  duration_minutes: 30,
  sessions: ['5fb3233b', 'ec08d051'],
  hall_monitor: { cost_usd: 1.25 },
  shareNanoUsd: 0,
  frame: null,
  ...more,
});
const filled = (...tasks: readonly FilledTask[]): FilledTasks => ({
  tasks,
  totals: TOTALS,
  unassignedNanoUsd: 0,
});

describe('a tasks file', () => {
  it('gets what was missing, in its own layout, and keeps every other byte', () => {
    const text = `{
    "tasks": [
        {
            "id": "2026-02-23-mvp",   "odd" : [1,2 , {"a":1.0e2}],
            "cost_usd": null,
            "sessions": [
                "old00000"
            ],
            "coverage": null
        }
    ],
    "note": "\\u00e9 stays",
    "totals": { "total_tasks": null, "ours": 1 }
}
`;
    expect(editTasks(text, filled(filledTask(0))).text).toBe(`{
    "tasks": [
        {
            "id": "2026-02-23-mvp",   "odd" : [1,2 , {"a":1.0e2}],
            "cost_usd": 1.25,
            "sessions": [
                "5fb3233b",
                "ec08d051"
            ],
            "coverage": null,
            "duration_minutes": 30,
            "hall_monitor": {
                "cost_usd": 1.25
            }
        }
    ],
    "note": "\\u00e9 stays",
    "totals": { "total_tasks": 1, "ours": 1, "total_duration_minutes":30, "total_tokens":1000, "total_commits":44, "total_cost_usd":1.5, "total_sessions":3, "total_active_minutes":31.5, "total_messages":12, "unassigned_cost_usd":0.25 }
}
`);
  });

  it('stays as it is, to the byte, when it says everything already', () => {
    const first = editTasks('{"tasks":[{"id":"a"},{}]}', filled(filledTask(0), filledTask(1)));
    expect(first.changed[0]).toEqual(['cost_usd', 'duration_minutes', 'sessions', 'hall_monitor']);
    const again = editTasks(first.text, filled(filledTask(0), filledTask(1)));
    expect(again.text).toBe(first.text);
    expect(again.changed).toEqual([[], []]);
  });

  it.each([
    ['without totals', '{"tasks": []}'],
    ['with empty totals', '{\n  "tasks": [],\n  "totals": {}\n}'],
    ['with totals that are null', '{"tasks": [], "totals": null}'],
    ['with an empty task', '{"tasks": [{}], "totals": {}}'],
    ['with several totals', '{"tasks": [], "totals": {"a": 1}, "totals": {"b": 1}}'],
    ['with several costs', '{"tasks": [{"cost_usd": null, "cost_usd": 3}]}'],
    ['of Windows', '{\r\n\t"tasks": [\r\n\t\t{\r\n\t\t\t"id": "a"\r\n\t\t}\r\n\t]\r\n}\r\n'],
  ])('%s gets all of them', (_name, text) => {
    const tasks = (JSON.parse(text) as { tasks: unknown[] }).tasks.map((_, index) =>
      filledTask(index),
    );
    const edited = editTasks(text, filled(...tasks));
    const read = JSON.parse(edited.text) as { tasks: object[]; totals: object };
    expect(read.totals).toMatchObject(TOTALS);
    for (const task of read.tasks) expect(task).toMatchObject({ cost_usd: 1.25, sessions: {} });
    expect(/[^\r]\n/.test(edited.text) && /\r\n/.test(edited.text)).toBe(false);
  });

  it('keeps all that is not ours, whatever it is and however it is written', () => {
    const names = ['id', 'plan', 'issue_number', '__proto__', 'weird key', 'cost_usd', 'sessions'];
    const task = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    const document = fc.record({
      tasks: fc.array(task, { maxLength: 4 }),
      extra: fc.jsonValue({ maxDepth: 2 }),
      totals: fc.option(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }))),
    });
    fc.assert(
      fc.property(document, fc.constantFrom(0, 1, 2, 4, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const before = JSON.parse(text) as typeof value;
        const tasks = before.tasks.map((_, index) => filledTask(index));
        const after = JSON.parse(editTasks(text, filled(...tasks)).text) as typeof value;
        expect(after.extra).toEqual(before.extra);
        const ours = new Set(['cost_usd', 'duration_minutes', 'sessions', 'hall_monitor']);
        after.tasks.forEach((one, index) => {
          const rest = (object: object): unknown[] =>
            Object.entries(object).filter(([name]) => !ours.has(name));
          expect(rest(one)).toEqual(rest(before.tasks[index] ?? {}));
          expect(one).toMatchObject({ cost_usd: 1.25, sessions: ['5fb3233b', 'ec08d051'] });
        });
        for (const [name, kept] of Object.entries(before.totals ?? {})) {
          if (!(name in TOTALS))
            expect(Object.entries(after.totals ?? {})).toContainEqual([name, kept]);
        }
        expect(after.totals).toMatchObject(TOTALS);
      }),
      { numRuns: 200 },
    );
  });
});
