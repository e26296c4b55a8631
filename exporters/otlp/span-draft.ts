import { type HrTime, type Link, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** A value of an attribute. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Attributes by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One span, before it is made what the SDK's serializers read. */
export interface SpanDraft {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'client' | 'internal';
  readonly startMs: number;
  readonly endMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly message: string | null;
  readonly attributes: Attributes;
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: Attributes;
  }[];
}

/** What all spans and records of one process have in common; the SDK groups by these very objects. */
export interface Origin {
  readonly resource: Resource;
  readonly scope: {
    readonly name: string;
    readonly version: string;
    readonly schemaUrl: string;
  };
}

const STATUSES = {
  unset: SpanStatusCode.UNSET,
  ok: SpanStatusCode.OK,
  error: SpanStatusCode.ERROR,
} as const;

/** A span in the SDK's form. */
export function readableSpan(draft: SpanDraft, { resource, scope }: Origin): ReadableSpan {
  const { traceId, spanId, parentSpanId, startMs, endMs, message } = draft;
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  return {
    name: draft.name,
    kind: draft.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parentSpanId !== null && {
      parentSpanContext: { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED },
    }),
    startTime: hrTime(startMs),
    // Nothing can end before it began, whatever clocks say.
    endTime: hrTime(Math.max(startMs, endMs)),
    duration: hrTime(Math.max(0, endMs - startMs)),
    status: { code: STATUSES[draft.status], ...(message !== null && { message }) },
    attributes: draft.attributes,
    links: draft.links.map(linkOf),
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Milliseconds as the SDK's seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];
}

function linkOf({ traceId, spanId, attributes }: SpanDraft['links'][number]): Link {
  return {
    context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED },
    attributes: attributes,
  };
}
