import { checkAgreement } from './check-agreement.ts';
import { checkDataFolder } from './check-data-folder.ts';
import { checkExports } from './check-exports.ts';
import { checkHooks } from './check-hooks.ts';
import { checkRoots } from './check-roots.ts';
import { checkSpool } from './check-spool.ts';
import { checkStore } from './check-store.ts';
import { checkTelemetryHeard } from './check-telemetry-heard.ts';
import { checkTelemetrySettings } from './check-telemetry-settings.ts';
import { checkWatches } from './check-watches.ts';
import type { Check } from './finding.ts';

/** Everything that is looked at, in the order of the report. */
export const CHECKS: readonly Check[] = [
  checkDataFolder,
  checkStore,
  checkRoots,
  checkWatches,
  checkHooks,
  checkSpool,
  checkExports,
  checkAgreement,
  checkTelemetryHeard,
  checkTelemetrySettings,
];
