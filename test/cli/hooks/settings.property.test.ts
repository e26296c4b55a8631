import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { USUAL_EVENTS } from '../../../receivers/hooks/events.ts';
import { addHandlers } from '../../../src/cli/hooks/add-handlers.ts';
import { keptOf, NOTHING_KEPT, removeHandlers } from '../../../src/cli/hooks/remove-handlers.ts';
import { wantedHandlers, type HookModeName } from '../../../src/cli/hooks/wanted-handlers.ts';
import { createHooksHome } from '../../support/hooks-home.ts';

const PATH = 'settings.json';
const event = fc.constantFrom('Stop', 'PreToolUse', 'SessionStart', 'Setup', 'Strange', 'a b');
const handler = fc.oneof(
  fc.record({ type: fc.constant('command'), command: fc.string({ unit: 'binary' }) }),
  fc.record({ type: fc.constant('http'), url: fc.webUrl() }),
);
const group = fc.record(
  { matcher: fc.string(), hooks: fc.array(handler, { maxLength: 2 }) },
  { requiredKeys: ['hooks'] },
);
const hooks = fc.dictionary(event, fc.array(group, { maxLength: 2 }), { maxKeys: 4 });
const others = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((key) => key !== 'hooks' && key !== '__proto__'),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 4 },
);

/** Settings documents with `hooks` anywhere among their keys, or nowhere. */
const settings = fc.tuple(others, fc.option(hooks), others).map(([before, hooks, after]) => {
  const { ...document } = before as Record<string, unknown>;
  return hooks === null ? { ...document, ...after } : { ...document, hooks, ...after };
});

interface Layout {
  readonly spaces: readonly string[];
  readonly eol: string;
  readonly indent: string | number;
}

const layout = fc.record({
  spaces: fc.array(fc.constantFrom('', ' ', '  ', '\n', '\t', '\r\n'), {
    minLength: 1,
    maxLength: 7,
  }),
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom('none', 0, 2, 3, 4, 8, '\t'),
});

/** A document as a tidy program writes it, or with any space between any two parts. */
const printed = (document: unknown, { spaces, eol, indent }: Layout): string => {
  if (indent !== 'none') return JSON.stringify(document, null, indent).replaceAll('\n', eol);
  const parts = JSON.stringify(document).match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g) ?? [];
  return parts.map((part, index) => part + (spaces[index % spaces.length] ?? '')).join('');
};

const choice = fc.record({
  events: fc.subarray([...USUAL_EVENTS], { minLength: 1 }),
  mode: fc.constantFrom<HookModeName>('spool', 'http'),
});

const wantedOf = ({ events, mode }: { events: readonly string[]; mode: HookModeName }) =>
  wantedHandlers(
    events,
    mode === 'http'
      ? { kind: 'http', url: 'http://127.0.0.1:9464/hooks', needsToken: false }
      : { kind: 'spool' },
    { scope: 'user', config: { home: '/data' } },
  );

const add = (text: string, chosen: { events: readonly string[]; mode: HookModeName }): string =>
  addHandlers(text, PATH, { wanted: wantedOf(chosen), kept: keptOf(text) });

describe('text edits of settings', () => {
  it('keep what stood there in its order, and add what is wanted at the end of each event', () => {
    fc.assert(
      fc.property(settings, layout, choice, (document, style, chosen) => {
        const text = printed(document, style);
        const expected = structuredClone(document) as Record<string, unknown>;
        const events = ((expected['hooks'] as Record<string, unknown[]> | undefined) ??= {});
        expected['hooks'] = events;
        for (const [name, one] of wantedOf(chosen)) {
          (events[name] ??= []).push({ hooks: [one] });
        }
        expect(JSON.stringify(JSON.parse(add(text, chosen)))).toBe(JSON.stringify(expected));
      }),
    );
  });

  it('change nothing when the same is wanted again', () => {
    fc.assert(
      fc.property(settings, layout, choice, (document, style, chosen) => {
        const once = add(printed(document, style), chosen);
        expect(add(once, chosen)).toBe(once);
      }),
    );
  });

  it('end at the same meaning, whatever was wanted before', () => {
    fc.assert(
      fc.property(settings, layout, choice, choice, (document, style, first, second) => {
        const text = printed(document, style);
        const kept = keptOf(text);
        const twice = addHandlers(add(text, first), PATH, { wanted: wantedOf(second), kept });
        expect(JSON.parse(twice)).toEqual(JSON.parse(add(text, second)));
      }),
    );
  });

  it('are undone to the same meaning without a backup, and the same bytes where nothing was empty', () => {
    fc.assert(
      fc.property(settings, layout, choice, (document, style, chosen) => {
        const text = printed(document, style);
        const undone = removeHandlers(add(text, chosen), PATH, { kept: keptOf(text) });
        expect(JSON.parse(undone)).toEqual(JSON.parse(text));
        if (!/\{\s*\}|\[\s*\]/.test(text)) expect(undone).toBe(text);
      }),
    );
  });

  it('leave text without our hooks alone', () => {
    fc.assert(
      fc.property(settings, layout, (document, style) => {
        const text = printed(document, style);
        expect(removeHandlers(text, PATH, { kept: NOTHING_KEPT })).toBe(text);
      }),
    );
  });
});

describe('install and uninstall', () => {
  it('give back every byte of any settings', async () => {
    using home = createHooksHome();
    await fc.assert(
      fc.asyncProperty(settings, layout, choice, choice, async (document, style, ...choices) => {
        const text = printed(document, style);
        home.write(home.user, text);
        for (const { events, mode } of choices) {
          const { code } = await home.run(`install --mode ${mode} --events ${events.join()}`);
          expect(code).toBe(0);
        }
        expect((await home.run('uninstall')).code).toBe(0);
        expect(home.read(home.user)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('leave the meaning of what somebody else wrote in between', async () => {
    using home = createHooksHome();
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.tuple(layout, layout),
        fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()),
        choice,
        async (document, [style, theirs], [key, value], { events, mode }) => {
          fc.pre(key !== 'hooks' && key !== '__proto__');
          home.write(home.user, printed(document, style));
          await home.run(`install --mode ${mode} --events ${events.join()}`);
          const edited = JSON.parse(home.read(home.user)) as Record<string, unknown>;
          // As a program does that reads the file, changes a key and writes all of it anew.
          home.write(home.user, `${printed({ ...edited, [key]: value }, theirs)}\n`);
          expect((await home.run('uninstall')).code).toBe(0);
          expect(JSON.parse(home.read(home.user))).toEqual(
            JSON.parse(JSON.stringify({ ...document, [key]: value })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
