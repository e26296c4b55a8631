import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** A dashboard as the text of its file. */
export function jsonOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
