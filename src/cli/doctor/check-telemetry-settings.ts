import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { settingsPlaces } from '../../config/settings-places.ts';
import { recentProjects } from '../../rollups/recent-projects.ts';
import { fine, note, warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';
import { inOrder, ownLayers, projectLayers, type SettingsLayer } from './telemetry-layers.ts';
import { planTelemetry } from './telemetry-plan.ts';
import { projectRemarks } from './telemetry-project.ts';
import { contentText, layerText, signalsText } from './telemetry-words.ts';

const SPAN_MS = 30 * 86_400_000;
const MAX_PROJECTS = 200;

/** Where Claude Code sends its own telemetry, by the user's settings and in each project. */
export const checkTelemetrySettings: Check = {
  area: 'telemetry settings',
  run: (scene) => {
    const own = ownLayers(scene.terminal.env, scene.places);
    const folders = projectFolders(scene);
    const remarks = folders.flatMap((folder) =>
      projectRemarks(own, projectLayers(folder, placesOf(scene, folder))),
    );
    const count = `${folders.length} project folder${folders.length === 1 ? '' : 's'}`;
    return [
      ...own.flatMap((layer) => ofFault(layer)),
      ...ofOwn(own, scene),
      ...(remarks.length === 0
        ? [fine(`Looked at ${count}; none changes where telemetry goes.`)]
        : [note(`Looked at ${count}; these change something or deserve a look:`), ...remarks]),
    ];
  },
};

function ofFault({ path, fault: why }: SettingsLayer): readonly Remark[] {
  return why === null
    ? []
    : [warning(`${path} was not looked at, because ${why}.`, `Correct ${path}.`)];
}

function ofOwn(own: readonly SettingsLayer[], { config }: Scene): readonly Remark[] {
  const { switchedOnBy, signals, prometheusPort, ...plan } = planTelemetry(inOrder(own));
  if (switchedOnBy === null) {
    return [fine('Claude Code exports no telemetry, unless a project says so.')];
  }
  const by = layerText(switchedOnBy);
  const clash =
    prometheusPort === config.port
      ? [
          warning(
            `Claude Code serves its own metrics on port ${prometheusPort}, which is the port of the collector.`,
            'Set OTEL_EXPORTER_PROMETHEUS_PORT or HALL_MONITOR_PORT to another one.',
          ),
        ]
      : [];
  if (signals.length === 0) {
    return [...clash, note(`Export of telemetry is on (${by}), but nothing is sent anywhere.`)];
  }
  const where = [
    ...new Set(signals.flatMap(({ layer }) => (layer === null ? [] : layerText(layer)))),
  ];
  const from = where.length === 0 ? '' : ` The address is from ${where.join(' and ')}.`;
  const message = `Export of telemetry is on (${by}): ${signalsText(signals)}.${from} ${contentText({ switchedOnBy, signals, prometheusPort, ...plan })}`;
  const lacking = signals.filter(({ protocol, layer }) => protocol === null && layer !== null);
  return [
    ...clash,
    signals.every(({ isLocal }) => isLocal) ? fine(message) : note(message),
    ...(lacking.length > 0 && signals.some(({ protocol }) => protocol === null)
      ? [
          warning(
            'OTEL_EXPORTER_OTLP_PROTOCOL is not set, and Claude Code has no default for it.',
            `Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf, http/json or grpc in ${by}.`,
          ),
        ]
      : []),
  ];
}

/** Folders that exist, each once: the one here, those asked for, and those that the store knows of. */
function projectFolders({ workingDir, projects, store, nowMs, places }: Scene): readonly string[] {
  const known =
    store.db === null
      ? []
      : recentProjects(store.db, { sinceMs: nowMs - SPAN_MS, limit: MAX_PROJECTS });
  const folders = new Map<string, string>();
  for (const folder of [workingDir, ...projects, ...known]) {
    if (!isAbsolute(folder) || !isFolder(folder)) continue;
    const real = realpathSync(folder);
    // In the home folder the project's settings are the user's.
    const isHome = join(folder, '.claude') === places.claudeDir;
    if (!isHome && !folders.has(real)) folders.set(real, folder);
  }
  return [...folders.values()];
}

function placesOf({ terminal, platform }: Scene, folder: string): Scene['places'] {
  return settingsPlaces(terminal.env, folder, platform);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
