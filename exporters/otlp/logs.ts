import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { PusherDeps } from '../../src/component.ts';
import { createDelivery, type DeliveryLoop } from '../../src/pipeline/deliver.ts';
import { createLinePlaces } from '../../src/rollups/line-places.ts';
import type { Stored, StoredMetric } from '../../src/store/store.ts';
import { entryRecord, planRecord, type RecordParts } from './log-record.ts';
import { PlanLineSpans } from './plan-line-spans.ts';
import { createRecency } from './recency.ts';
import type { SignalParts } from './signal-parts.ts';
import { createSender } from './signal-sender.ts';

/** A request of so many records has about a megabyte. */
const LIMIT = 1_000;
const EXPORTER = 'otlp-logs';

/** Every event as a log record, in the order in which it was committed. */
export function createLogs(parts: SignalParts): DeliveryLoop {
  const { target, deps, origin, hasContent, projectName, hasHistory, random } = parts;
  const { reader, version, now, log } = deps;
  const sender = createSender<ReadableLogRecord>({
    target,
    serializer: target.encoding === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer,
    version,
    now,
    log,
  });
  const records = createRecords(reader.db);
  const toldBy = (): RecordParts => ({ origin, hasContent, projectName, observedMs: now() });
  const delivery = createDelivery({
    exporter: EXPORTER,
    deps,
    limit: LIMIT,
    accepts: createRecency(deps.cursors, EXPORTER, hasHistory),
    send: (batch, signal) => sender.send(records(batch, toldBy()), signal),
    bodyOf: (line) =>
      Buffer.from(
        JsonLogsSerializer.serializeRequest([...records([line], toldBy())]) ?? [],
      ).toString(),
    ...(random !== undefined && { random }),
  });
  return {
    run: async (signal) => {
      await delivery.run(signal);
      sender.close();
    },
    trouble: delivery.trouble,
  };
}

/** Makes records of lines. */
export function createRecords(
  db: PusherDeps['reader']['db'],
): (lines: readonly Stored[], parts: RecordParts) => readonly ReadableLogRecord[] {
  const places = createLinePlaces(db);
  return (lines, parts) => {
    const placed = places.of(lines.filter((line): line is StoredMetric => line.kind === 'metric'));
    const plans = new PlanLineSpans(db);
    return lines.map((line) =>
      line.kind === 'metric'
        ? entryRecord(line.entry, placed.get(line.seq), parts)
        : planRecord(line.event, spanIdsOf(plans.of(line.event)), parts),
    );
  };
}

const spanIdsOf = (span: { traceId: string; spanId: string } | undefined) =>
  span === undefined ? undefined : { traceId: span.traceId, spanId: span.spanId };
