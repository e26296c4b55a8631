import { ALERT_GROUPS, ALERTS, RECORDINGS } from '../../grafana/definitions/rules/list.ts';
import type { Alert } from '../../grafana/definitions/rules/rule.ts';
import { conditionOf } from '../../grafana/definitions/rules/rule-files.ts';

const HEAD = `# Alerts

One list of alerts for Prometheus and for Grafana. This page and the rules are made from \`grafana/definitions/rules\`, and a
test keeps them in step; every alert has tests of when it fires and when it does not (\`grafana/alerts/tests\`).

| File | For whom |
|---|---|
| \`grafana/alerts/alerts.rules.yml\` | Prometheus: evaluates the alerts, an Alertmanager tells people. |
| \`grafana/alerts/recording.rules.yml\` | Prometheus: series that alerts need, and that panels of your own may. |
| \`grafana/provisioning/alerting/hall-monitor.yaml\` | Grafana: evaluates the same alerts itself and needs neither of the two. |

## With your own Prometheus and Alertmanager

Scrape the collector under the job \`hall-monitor\` (\`docker/prometheus.yml\` is an example; alerts look for that name), copy
both rule files beside the configuration, and name them and the Alertmanager there:

\`\`\`yaml
rule_files:
  - rules/*.rules.yml
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['127.0.0.1:9093']
\`\`\`

\`severity\` is \`critical\` (money or data is being lost), \`warning\` (look at it today) or \`info\`. Route by it:

\`\`\`yaml
route:
  receiver: mail
  group_by: [alertname]
  routes:
    - matchers: [severity="info"]
      receiver: nobody
\`\`\`

Who has no Alertmanager can have the collector itself tell of budgets, by a webhook: see \`budgets\` in [config.md](config.md).

## With Grafana

The compose stack provisions the rules into the folder *Hall Monitor*. For a Grafana of your own copy the file to
\`provisioning/alerting/\`; the data source must have the uid \`hall-monitor-prometheus\`. No contact point is provisioned:
alerts go to Grafana's default one until you set another under *Alerting → Contact points* and *Notification policies*.

Use one of the two to tell people, or everything is told twice. In the compose stack Prometheus evaluates the rules too, and
sends them nowhere; Grafana's data source has \`manageAlerts: false\`, so Grafana lists its own only.

A value that is not there means that all is well (\`noDataState: OK\`): most exist only where there is something to decide. A
query that fails leaves an alert as it was (\`KeepLast\`); only *HallMonitorDown* tells of that, once.

## To change a threshold

- With this repository: \`grafana/definitions/rules/thresholds.ts\`, then \`npm run alerts\`. Tests name the old threshold until
  you change them too.
- Prometheus without it: change the number at the end of the rule in \`alerts.rules.yml\`.
- Grafana without it: change the number in \`conditions\` of the rule in the provisioned file. In Grafana's pages provisioned
  rules are read-only; *Export* one, or copy it, to have a rule of your own.
- Budgets stand in the configuration of the collector, and no rule needs to change for them.

## How growth is counted

Counters of the store are sums of everything ever recorded. They survive restarts, appear with their first count, and may
fall by a little when a request turns out to belong elsewhere; \`increase()\` would make the whole sum of such a fall, and
nothing of a first count. So growth in an hour is the difference to an hour ago, from 0 where a series is new. Where the
collector was not scraped an hour ago, because the laptop slept or this is a fresh install, it is the difference to the least
value in the hour, so years that are read at once set nothing off. Counters of the process begin at nothing with each start;
one that appears after the first scrape counts whole, and then \`increase()\` goes on.

There is no alert for a session that runs and is seen by nothing: nobody would know that it runs.
*HallMonitorTranscriptsSilent* compares hooks and transcripts, and *HallMonitorSourcesDisagree* what both told.
`;

const anchor = (name: string): string => `#${name.toLowerCase()}`;

const row = ({ name, severity, summary, forMinutes }: Alert): string => {
  const plain = summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '‹$1›');
  return `| [${name}](${anchor(name)}) | ${severity} | ${forMinutes === 0 ? 'at once' : `${forMinutes} min`} | ${plain} |`;
};

const section = (alert: Alert): string =>
  [
    `### ${alert.name}`,
    alert.means,
    `\`\`\`promql\n${conditionOf(alert)}\n\`\`\``,
    `**What to do**: ${alert.doNext}`,
  ].join('\n\n');

/** The page that describes all alerts. */
export function alertsPage(): string {
  const recordings = RECORDINGS.map(({ name, help }) => `| \`${name}\` | ${help} |`);
  return [
    HEAD,
    `## All alerts\n\n| Alert | Severity | After | Says |\n|---|---|---|---|\n${ALERTS.map(row).join('\n')}\n`,
    ...ALERT_GROUPS.map(
      ({ title, alerts }) => `## ${title}\n\n${alerts.map(section).join('\n\n')}\n`,
    ),
    `## What is recorded\n\n| Series | Meaning |\n|---|---|\n${recordings.join('\n')}\n`,
  ].join('\n');
}
