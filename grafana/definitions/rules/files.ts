import { grafanaFile } from './grafana-rules.ts';
import { alertFile, recordingFile } from './rule-files.ts';

/** Every file that is written from these rules, by path from the root of the repository. */
export const RULE_FILES: readonly { readonly path: string; readonly text: () => string }[] = [
  { path: 'grafana/alerts/recording.rules.yml', text: recordingFile },
  { path: 'grafana/alerts/alerts.rules.yml', text: alertFile },
  { path: 'grafana/provisioning/alerting/hall-monitor.yaml', text: grafanaFile },
];
