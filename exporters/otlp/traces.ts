import { join } from 'node:path';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createDelivery, type DeliveryLoop } from '../../src/pipeline/deliver.ts';
import { createIdleSweep, isIdleState } from './idle-sweep.ts';
import { LineSpans } from './line-spans.ts';
import { createRecency } from './recency.ts';
import { settledPlans } from './settled-plans.ts';
import type { SignalParts } from './signal-parts.ts';
import { createSender } from './signal-sender.ts';
import { readableSpan, type SpanDraft } from './span-draft.ts';
import { createStateFile } from './state-file.ts';

const LIMIT = 1_000;
const EXPORTER = 'otlp-traces';
/** Long enough for what is told of one response to come together, so that its span need not be sent again. */
const LINGER_MS = 2_000;

/** Spans of what is complete, and of sessions in which nothing happens any more. */
export function createTraces(parts: SignalParts): DeliveryLoop {
  const { target, deps, origin, hasHistory, random, lingerMs = LINGER_MS } = parts;
  const { reader, cursors, version, now, log } = deps;
  const serializer = target.encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const sender = createSender<ReadableSpan>({ target, serializer, version, now, log });
  const spans = new LineSpans(reader.db, parts);
  const send = (drafts: readonly SpanDraft[], signal: AbortSignal) =>
    sender.send(
      drafts.map((draft) => readableSpan(draft, origin)),
      signal,
    );
  const delivery = createDelivery({
    exporter: EXPORTER,
    deps,
    limit: LIMIT,
    lingerMs,
    accepts: createRecency(cursors, EXPORTER, hasHistory),
    send: async (batch, signal) => {
      await settledPlans(reader.db, batch, signal);
      const { rejected = 0, ...outcome } = await send(spans.of(batch), signal);
      // A line may bring several spans; what is counted are lines.
      return { ...outcome, rejected: Math.min(rejected, batch.length) };
    },
    ...(random !== undefined && { random }),
  });
  const sweep = createIdleSweep({
    deps,
    exporter: EXPORTER,
    hasHistory,
    state: createStateFile(join(deps.home, 'otlp', 'idle.json'), isIdleState),
    send: (sessions, signal) =>
      send(
        sessions.flatMap((session) => spans.ofIdle(session, now())),
        signal,
      ),
  });
  return {
    run: async (signal) => {
      await Promise.all([delivery.run(signal), sweep(signal)]);
      sender.close();
    },
    trouble: delivery.trouble,
  };
}
