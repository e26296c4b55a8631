import { sourceStatus } from '../../rollups/source-status.ts';
import { fine, note, type Check } from './finding.ts';

/** Whether Claude Code's own telemetry has told anything. */
export const checkTelemetryHeard: Check = {
  area: 'telemetry',
  run: ({ store }) => {
    const heard =
      store.db !== null && sourceStatus(store.db).some(({ source }) => source === 'telemetry');
    return heard
      ? [fine('The store holds what the telemetry of Claude Code told.')]
      : [
          note(
            "This version does not take Claude Code's own telemetry yet, so there is none; nothing needs to be done.",
          ),
        ];
  },
};
