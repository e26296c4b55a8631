import { PLAN_DURATION_BOUNDS_MS } from '../records/plan-durations.ts';
import {
  counter,
  gauge,
  histogram,
  MILLISECONDS,
  NANO_USD,
  type MetricSpec,
} from './metric-spec.ts';

/** Metrics of plans, read from the store. */
export const PLAN_METRICS = {
  planEvents: counter('hall_monitor_plan_events_total', {
    unit: '{event}',
    labels: ['event_type', 'project'],
    help: 'What happened to plans, by type of event.',
    otelName: 'hall_monitor.plan.events',
  }),
  planFeatures: gauge('hall_monitor_plan_features', {
    unit: '{feature}',
    labels: ['plan', 'project', 'status'],
    help: 'Features of plans as they are written now, by status; a plan that no checkout has any more has none.',
    otelName: 'hall_monitor.plan.features',
  }),
  planDuration: histogram('hall_monitor_plan_feature_duration_seconds', {
    unit: 's',
    labels: ['status'],
    help: 'Time that attempts at features took whose start was seen, by how they ended.',
    otelName: 'hall_monitor.plan.feature.duration',
    divisor: MILLISECONDS,
    bounds: PLAN_DURATION_BOUNDS_MS,
  }),
  planCost: gauge('hall_monitor_plan_cost_usd', {
    unit: 'USD',
    labels: ['plan', 'project'],
    help: 'Cost of plans in US dollars; it falls where a request turns out to belong elsewhere.',
    otelName: 'hall_monitor.plan.cost',
    divisor: NANO_USD,
  }),
  planTokens: gauge('hall_monitor_plan_tokens', {
    unit: '{token}',
    labels: ['plan', 'project', 'type'],
    help: 'Tokens used for plans, by type: input, output, cache_read and cache_creation.',
    otelName: 'hall_monitor.plan.tokens',
  }),
  planOddities: counter('hall_monitor_plan_oddities_total', {
    unit: '{oddity}',
    labels: ['reason'],
    help: 'What was odd about plans as they were read.',
    otelName: 'hall_monitor.plan.oddities',
  }),
} as const satisfies Readonly<Record<string, MetricSpec>>;
