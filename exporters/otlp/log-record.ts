import { SeverityNumber, TraceFlags } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { PlanEvent } from '../../src/records/plan.ts';
import type { LinePlace } from '../../src/rollups/line-places.ts';
import { isPlainName, plainName } from '../../src/records/plain-name.ts';
import {
  addData,
  addHead,
  addProject,
  addTool,
  addUsage,
  type Draft,
  type Telling,
} from './entry-attributes.ts';
import { GEN_AI, OWN } from './names.ts';
import { hrTime, type Origin } from './span-draft.ts';
import { agentSpanId, entrySpanId, rootSpanId, traceIdOf } from './span-ids.ts';

/** What a record is made with. */
export interface RecordParts extends Telling {
  readonly origin: Origin;
  readonly observedMs: number;
}

/** Ids of the span that a record belongs to. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
}

const SEVERITIES: Readonly<Record<string, readonly [SeverityNumber, string]>> = {
  tool_failed: [SeverityNumber.WARN, 'WARN'],
  user_interrupt: [SeverityNumber.WARN, 'WARN'],
  permission_denied: [SeverityNumber.WARN, 'WARN'],
  feature_failed: [SeverityNumber.WARN, 'WARN'],
  api_error: [SeverityNumber.ERROR, 'ERROR'],
  stop_failed: [SeverityNumber.ERROR, 'ERROR'],
};
const USUAL: readonly [SeverityNumber, string] = [SeverityNumber.INFO, 'INFO'];

/** An entry as a record. Id and revision tell the far side which of several tellings is the newest. */
export function entryRecord(
  entry: MetricEntry,
  place: LinePlace | undefined,
  parts: RecordParts,
): ReadableLogRecord {
  const attributes: Draft = {};
  addHead(attributes, entry, parts);
  attributes[OWN.category] = entry.event_category;
  addUsage(attributes, entry);
  addTool(attributes, entry);
  addData(attributes, entry.data, parts.hasContent);
  return recordOf(entry, attributes, { parts, span: spanOf(entry, place) });
}

/** A plan's event as a record. */
export function planRecord(
  event: PlanEvent,
  span: SpanPlace | undefined,
  parts: RecordParts,
): ReadableLogRecord {
  const attributes: Draft = {
    [OWN.entry]: event.id,
    [OWN.revision]: event.revision,
    [OWN.category]: 'plan',
    [OWN.planName]: event.plan_name,
  };
  if (event.session_id !== 'unknown') {
    attributes[GEN_AI.session] = event.session_id;
    attributes[GEN_AI.conversation] = event.session_id;
  }
  if (event.feature_id !== undefined) {
    attributes[OWN.featureId] = parts.hasContent ? event.feature_id : plainName(event.feature_id);
  }
  if (event.status !== undefined) attributes[OWN.featureStatus] = event.status;
  if (event.pr_url !== undefined) attributes[GEN_AI.url] = event.pr_url;
  const { project_path: path, activation, ...data } = event.data;
  if (typeof path === 'string') addProject(attributes, path, parts);
  if (typeof activation === 'number') attributes[OWN.planActivation] = activation;
  if (parts.hasContent) {
    attributes[OWN.planPath] = event.plan_path;
    if (event.feature_description !== undefined) {
      attributes[OWN.featureDescription] = event.feature_description;
    }
  }
  addData(attributes, data, parts.hasContent);
  return recordOf(event, attributes, { parts, span });
}

interface RecordContext {
  readonly parts: RecordParts;
  readonly span: SpanPlace | undefined;
}

function recordOf(
  { timestamp, event_type: type }: Pick<MetricEntry, 'timestamp' | 'event_type'>,
  attributes: Draft,
  { parts: { origin, observedMs }, span }: RecordContext,
): ReadableLogRecord {
  const eventName = `hall_monitor.${isPlainName(type) ? type : 'custom'}`;
  const [severityNumber, severityText] = SEVERITIES[type] ?? USUAL;
  return {
    hrTime: hrTime(Date.parse(timestamp)),
    hrTimeObserved: hrTime(observedMs),
    severityNumber,
    severityText,
    eventName,
    // Backends that do not know of event names yet show this.
    body: eventName,
    attributes: attributes,
    droppedAttributesCount: 0,
    resource: origin.resource,
    instrumentationScope: origin.scope,
    ...(span !== undefined && { spanContext: { ...span, traceFlags: TraceFlags.SAMPLED } }),
  };
}

/** The span of the entry itself where it has one, else of the agent, prompt or session that it happened in. */
function spanOf(
  { id, session_id: sessionId, event_category: category, data }: MetricEntry,
  place: LinePlace | undefined,
): SpanPlace | undefined {
  if (place === undefined) return undefined;
  const traceId = traceIdOf(sessionId, place.promptId);
  if (id.startsWith('req_') || (category === 'tool' && id.startsWith('tool_'))) {
    return { traceId, spanId: entrySpanId(id) };
  }
  const agentId = data['agent_id'];
  return typeof agentId === 'string'
    ? { traceId, spanId: agentSpanId(sessionId, agentId) }
    : { traceId, spanId: rootSpanId(sessionId, place.promptId) };
}
