import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, jsonl, type Line, SESSION } from '../../support/transcript-lines.ts';
import { decodeText } from '../../support/transcript-records.ts';

const value = (...texts: readonly string[]) =>
  fc.constantFrom<unknown>(...texts, undefined, null, 5, 57, [], ['a'], {}, { a: 1 }, true);
const facts = {
  sessionId: value(SESSION, 'another', '../../x'),
  cwd: value('/home/dev/project', '/home/dev/project2', '/home/dev/Größe', '/a"b\\c'),
  version: value('2.1.329', '2.1.33', '2.1.3290'),
  gitBranch: value('main', 'maintenance', ''),
  userType: value('external'),
  entrypoint: value('cli', 'sdk-cli'),
  agentId: value('a6e4ba610b5f8b35d'),
  sessionKind: value('bg'),
  timestamp: fc.constantFrom<unknown>(at(0), at(61), at(86_400), 'soon', null, undefined),
  requestId: value('req_1'),
  uuid: value('u-1'),
};
/** Lines mostly repeat each other: each is the one before with few facts changed. */
const change = fc
  .subarray(Object.keys(facts), { maxLength: 2 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, facts[name as keyof typeof facts]]))),
  );
const usage = fc.record({
  input_tokens: fc.constantFrom(0, 1, 12, 123_456_789),
  output_tokens: fc.constantFrom(0, 1, 12, 123),
  cache_read_input_tokens: fc.constantFrom(undefined, null, 0, 7),
  service_tier: fc.constantFrom(undefined, null, 'standard', 'batch'),
  unknown: fc.constantFrom(undefined, 1, { output_tokens: 99 }),
});
const message = fc.record({
  model: fc.constantFrom('claude-opus-5-5', 'claude-opus-5', 'claude-sonnet-5-5'),
  stop_reason: fc.constantFrom(undefined, null, 'end_turn', 'end_turn_'),
  content: fc.constantFrom<unknown>(
    [],
    [{ type: 'text', text: 'a "quoted" \\ text' }],
    'text',
    null,
  ),
  usage,
  unknown: fc.constantFrom(undefined, 'text', { model: 'other' }),
});
const layout = fc.record({
  seed: fc.nat({ max: 3 }),
  space: fc.constantFrom('', '', '', ' ', '\t'),
  isAscii: fc.boolean(),
});
const lines = fc
  .tuple(
    fc.record(facts),
    fc.array(fc.tuple(change, message, fc.option(layout)), { minLength: 2, maxLength: 12 }),
  )
  .map(([first, rest]) => {
    let all: Line = first;
    let form = { seed: 0, space: '', isAscii: false };
    return rest.map(([changed, message, other]) => {
      all = { ...all, ...changed };
      form = other ?? form;
      return { facts: all, message, ...form };
    });
  });

/** The keys of an object in an order that the number chooses, inner objects alike. */
const reordered = (value: unknown, seed: number): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value as Line).map(([name, inner]): [string, unknown] => [
    name,
    reordered(inner, seed),
  ]);
  const shift = entries.length === 0 ? 0 : seed % entries.length;
  const turned = [...entries.slice(shift), ...entries.slice(0, shift)];
  return Object.fromEntries(seed % 2 === 1 ? turned.toReversed() : turned);
};

const isName = (value: unknown): value is string => typeof value === 'string';

describe('lines whose keys stand in any order', () => {
  it(
    'are read as JSON.parse would read them, whatever lines stood before',
    { timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(lines, (lines) => {
          const texts = lines.map(({ facts, message, seed, space, isAscii }, index) => {
            const whole = {
              type: 'assistant',
              ...facts,
              message: { id: `m-${index}`, ...message },
            };
            const text = JSON.stringify(reordered(whole, seed), null, space).replaceAll(
              '\n',
              space === ' ' ? '\t' : '',
            );
            return isAscii
              ? text.replace(
                  /[\u0080-\uffff]/g,
                  (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`,
                )
              : text;
          });
          const { requests, rejects } = decodeText(jsonl(...texts));
          expect(rejects).toEqual([]);
          expect(requests.map(seen)).toEqual(expectedOf(texts));
        }),
        { numRuns: 3000 },
      );
    },
  );
});

const seen = (request: ReturnType<typeof decodeText>['requests'][number]) => ({
  messageId: request.messageId,
  sessionId: request.sessionId,
  project: request.project,
  agentId: request.agentId,
  model: request.model,
  stopReason: request.stopReason,
  tokens: [request.inputTokens, request.outputTokens, request.cacheReadInputTokens],
  serviceTier: request.serviceTier,
  requestId: request.requestId,
});

/** The plain way: every line an object of its own, what it does not say taken from the lines before. */
const expectedOf = (texts: readonly string[]): readonly unknown[] => {
  let project = '';
  return texts.map((text) => {
    const line = JSON.parse(text) as Line;
    const message = line['message'] as Line;
    const usage = message['usage'] as Line;
    if (isName(line['cwd'])) project = line['cwd'];
    return {
      messageId: message['id'],
      sessionId: line['sessionId'] === 'another' ? 'another' : SESSION,
      project,
      agentId: isName(line['agentId']) ? line['agentId'] : null,
      model: message['model'],
      stopReason: message['stop_reason'] ?? null,
      tokens: [
        usage['input_tokens'],
        usage['output_tokens'],
        usage['cache_read_input_tokens'] ?? 0,
      ],
      serviceTier: usage['service_tier'] ?? null,
      requestId: isName(line['requestId']) ? line['requestId'] : null,
    };
  });
};
