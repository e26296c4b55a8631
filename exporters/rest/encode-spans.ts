/** Spans as the JSON of OTLP over HTTP: ids in hexadecimal, 64-bit numbers as text, enumerations as numbers. */
import type { PlanSpan, SpanAttributes } from '../../src/rollups/plan-spans.ts';

/** One attribute in OTLP's JSON. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const SCOPE = 'hall-monitor';
const KIND_INTERNAL = 1;
const STATUS_CODES = { unset: 0, ok: 1, error: 2 } as const;
const NANOSECONDS_PER_MS = 1_000_000n;

/** Attributes that are no whole numbers, even where one happens to be. */
const DOUBLES: ReadonlySet<string> = new Set(['hall_monitor.cost_usd']);

/** A request of OTLP with these spans; without any where there are none. */
export function encodeSpans(spans: readonly PlanSpan[], version: string): object {
  const resource = attributesOf({ 'service.name': SCOPE, 'service.version': version });
  return {
    resourceSpans:
      spans.length === 0
        ? []
        : [
            {
              resource: { attributes: resource },
              scopeSpans: [{ scope: { name: SCOPE, version }, spans: spans.map(encodeSpan) }],
            },
          ],
  };
}

function encodeSpan(span: PlanSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KIND_INTERNAL,
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.endMs),
    attributes: attributesOf(span.attributes),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: attributesOf(attributes),
    })),
    status: {
      code: STATUS_CODES[span.status],
      ...(span.message !== null && { message: span.message }),
    },
  };
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * NANOSECONDS_PER_MS);
}

function attributesOf(attributes: SpanAttributes): readonly OtlpAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(key, value) }));
}

function valueOf(key: string, value: string | number | boolean): OtlpAttribute['value'] {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return DOUBLES.has(key) ? { doubleValue: value } : { intValue: String(value) };
}
