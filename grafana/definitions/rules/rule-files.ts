import { ALERT_GROUPS, RECORDINGS } from './list.ts';
import { byName, type Alert } from './rule.ts';
import { yamlText } from './yaml-text.ts';

/** Rule of an alert as Prometheus takes it. */
interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where the documentation tells of an alert. */
export const runbookOf = ({ name }: Alert): string => `docs/alerts.md#${name.toLowerCase()}`;

/** The whole condition of an alert in PromQL. */
export function conditionOf({ value, fires }: Alert): string {
  const beyond = 'above' in fires ? `> ${fires.above}` : `< ${fires.below}`;
  const text = value(byName);
  return /^[\w:]+(?:\{[^}]*\})?$/.test(text) ? `${text} ${beyond}` : `(${text})\n${beyond}`;
}

function alertRule(alert: Alert): AlertRule {
  return {
    alert: alert.name,
    expr: conditionOf(alert),
    ...(alert.forMinutes > 0 && { for: `${alert.forMinutes}m` }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook: runbookOf(alert),
    },
  };
}

/** Rule file of what is recorded. */
export function recordingFile(): string {
  const rules = RECORDINGS.map(({ name, expr }) => ({ record: name, expr }));
  return yamlText({ groups: [{ name: 'hall-monitor-recorded', interval: '1m', rules }] });
}

/** Rule file of the alerts. */
export function alertFile(): string {
  const groups = ALERT_GROUPS.map(({ name, alerts }) => ({
    name,
    interval: '1m',
    rules: alerts.map(alertRule),
  }));
  return yamlText({ groups });
}
