import type { PusherDeps } from '../../src/component.ts';
import type { PlanEvent } from '../../src/records/plan.ts';
import { type PlanSpan, planSpans } from '../../src/rollups/plan-spans.ts';
import { plainName } from '../../src/records/plain-name.ts';
import type { Telling } from './entry-attributes.ts';
import { GEN_AI, OWN } from './names.ts';
import type { SpanDraft } from './span-draft.ts';

type Db = PusherDeps['reader']['db'];

/** Attributes that hold a path or what a person wrote. */
const CONTENT: ReadonlySet<string> = new Set([
  OWN.planPath,
  OWN.planProject,
  OWN.featureDescription,
]);

/** How attempts end without an event of their own. */
const SILENT_ENDS: ReadonlySet<unknown> = new Set(['unfinished', 'removed', 'reset']);

/** Answers what events of plans have to do with spans. Looks at each plan once, however many events are asked about. */
export class PlanLineSpans {
  readonly #db: Db;
  readonly #known = new Map<string, readonly PlanSpan[]>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** The span that an event belongs to. */
  of(event: PlanEvent): PlanSpan | undefined {
    const spans = this.#spansOf(event);
    switch (event.event_type) {
      case 'pr_created':
        return pullRequest(event, spans) ?? root(spans);
      case 'feature_started':
      case 'feature_completed':
      case 'feature_failed':
        return attempt(event, spans) ?? root(spans);
      case 'plan_created':
      case 'plan_optimized':
      case 'feature_created':
      case 'orchestration_started':
      case 'orchestration_completed':
        return root(spans);
    }
  }

  /** The spans whose end an event tells. */
  ended(event: PlanEvent): readonly PlanSpan[] {
    const own = this.of(event);
    const told = own === undefined ? [] : [own];
    switch (event.event_type) {
      case 'pr_created':
      case 'feature_completed':
      case 'feature_failed':
        return told.filter((span) => span.parentSpanId !== null && !isOpen(span));
      case 'orchestration_completed': {
        const silent = this.#spansOf(event).filter(({ attributes }) =>
          SILENT_ENDS.has(attributes['hall_monitor.feature.outcome']),
        );
        return [...told, ...silent].filter((span) => !isOpen(span));
      }
      case 'plan_created':
      case 'plan_optimized':
      case 'feature_created':
      case 'orchestration_started':
      case 'feature_started':
        return [];
    }
  }

  #spansOf({ data }: PlanEvent): readonly PlanSpan[] {
    const { plan_id: plan, activation } = data;
    if (typeof plan !== 'string' || typeof activation !== 'number') return [];
    const key = `${plan} ${activation}`;
    const query = { plan, project: null, activation, includesOpen: true };
    const spans = this.#known.get(key) ?? planSpans(this.#db, query) ?? [];
    this.#known.set(key, spans);
    return spans;
  }
}

const isOpen = ({ attributes }: PlanSpan): boolean => attributes['hall_monitor.open'] === true;

const root = (spans: readonly PlanSpan[]): PlanSpan | undefined =>
  spans.find(({ parentSpanId }) => parentSpanId === null);

/** Of several attempts at a feature the one that the event is nearest to. */
function attempt(event: PlanEvent, spans: readonly PlanSpan[]): PlanSpan | undefined {
  const atMs = Date.parse(event.timestamp);
  const isStart = event.event_type === 'feature_started';
  const distance = ({ startMs, endMs }: PlanSpan): number =>
    Math.abs(atMs - (isStart ? startMs : endMs));
  return spans
    .filter(({ attributes }) => attributes[OWN.featureId] === event.feature_id)
    .toSorted((left, right) => distance(left) - distance(right))[0];
}

const pullRequest = (event: PlanEvent, spans: readonly PlanSpan[]): PlanSpan | undefined =>
  spans.find(
    ({ attributes, parentSpanId }) =>
      parentSpanId !== null && attributes[GEN_AI.url] === event.pr_url,
  );

/** A plan's span as it goes out. */
export function planSpanDraft(span: PlanSpan, { hasContent, projectName }: Telling): SpanDraft {
  const path = span.attributes[OWN.planProject];
  const told = hasContent ? span : withoutContent(span);
  return {
    ...told,
    kind: 'internal',
    attributes: {
      ...told.attributes,
      [OWN.span]: 'plan',
      ...(typeof path === 'string' && { [OWN.project]: projectName(path) }),
    },
  };
}

/** A span with nothing in it but names; a feature is called what a person wrote into a manifest, which may be anything. */
function withoutContent(span: PlanSpan): PlanSpan {
  const { [OWN.featureId]: id, ...others } = Object.fromEntries(
    Object.entries(span.attributes).filter(([name]) => !CONTENT.has(name)),
  );
  if (typeof id !== 'string') return { ...span, attributes: others };
  const name = plainName(id);
  return {
    ...span,
    name: `feature ${name}`,
    message: span.message === null ? null : `feature_failed ${name}`,
    attributes: { ...others, [OWN.featureId]: name },
  };
}
