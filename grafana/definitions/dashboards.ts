import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { assemble } from './assemble.ts';
import { agreement } from './boards/agreement.ts';
import { cost } from './boards/cost.ts';
import { health } from './boards/health.ts';
import { limits } from './boards/limits.ts';
import { overview } from './boards/overview.ts';
import { plans } from './boards/plans.ts';
import { sessions } from './boards/sessions.ts';
import { tools } from './boards/tools.ts';

/** Every dashboard, as Grafana's JSON model. */
export function dashboards(): readonly Dashboard[] {
  return [overview, cost, tools, sessions, plans, agreement, limits, health].map(assemble);
}
