import { fault, note, warning, type Remark } from './finding.ts';
import { readDestination } from './telemetry-destination.ts';
import { inOrder, type SettingsLayer } from './telemetry-layers.ts';
import { planTelemetry, type TelemetryPlan } from './telemetry-plan.ts';
import { removalFix, sentText, signalsText } from './telemetry-words.ts';

/** What the files of one project change about telemetry. */
export function projectRemarks(
  own: readonly SettingsLayer[],
  files: readonly SettingsLayer[],
): readonly Remark[] {
  const plan = planTelemetry(inOrder([...own, ...files]));
  return files.flatMap((layer) => [
    ...ofFault(layer),
    ...ofHeadersHelper(layer),
    ...(ofForeign(layer, plan, own) ?? ofShare(layer, plan, planTelemetry(inOrder(own)))),
  ]);
}

function ofFault({ fault: why, path }: SettingsLayer): readonly Remark[] {
  return why === null
    ? []
    : [
        warning(
          `${path} was not looked at, because ${why}: what it says of telemetry is not known.`,
          'Look at it yourself before you work there with Claude Code.',
        ),
      ];
}

function ofHeadersHelper(layer: SettingsLayer): readonly Remark[] {
  return layer.hasHeadersHelper
    ? [
        warning(
          `${layer.path} names a command (otelHeadersHelper) that Claude Code runs by itself, with your rights.`,
          `Read it first, or remove otelHeadersHelper in ${layer.path}.`,
        ),
      ]
    : [];
}

/** Telemetry that this file sends, or would send, to an address that is neither this machine's nor the user's own. */
function ofForeign(
  layer: SettingsLayer,
  plan: TelemetryPlan,
  own: readonly SettingsLayer[],
): readonly Remark[] | undefined {
  const known = new Set(own.flatMap((one) => endpointsOf(one).map(({ key }) => key)));
  const sent = plan.signals.filter(
    (signal) => signal.layer === layer && !signal.isLocal && !known.has(signal.key),
  );
  if (sent.length > 0) {
    const what = sentText(plan.content);
    const message = `${layer.path} makes Claude Code send ${signalsText(sent)}, once the folder is trusted; ${what} are sent there.`;
    // What is local is mostly a person's own; a repository can bring it all the same.
    return [
      layer.source === 'project'
        ? fault(message, removalFix(layer))
        : warning(`${message} It is no fault if you wrote that yourself.`, removalFix(layer)),
    ];
  }
  const idle = endpointsOf(layer).find(({ isLocal, key }) => !isLocal && !known.has(key));
  if (idle === undefined) return undefined;
  return [
    warning(
      `${layer.path} names ${idle.shown} for telemetry; as things stand, nothing is sent there.`,
      removalFix(layer),
    ),
  ];
}

/** What this file adds to telemetry that goes where the user wants it, or stays on this machine. */
function ofShare(layer: SettingsLayer, plan: TelemetryPlan, own: TelemetryPlan): readonly Remark[] {
  if (plan.signals.length === 0) return [];
  const places = signalsText(plan.signals);
  const isAway = plan.signals.some(({ isLocal }) => !isLocal);
  const added = plan.content.filter(
    ({ what, layer: by }) => by === layer && !own.content.some((one) => one.what === what),
  );
  const hasHeaders = [...layer.env.keys()].some((name) => name.endsWith('_HEADERS'));
  return [
    ...(plan.switchedOnBy === layer && own.switchedOnBy === null
      ? [note(`${layer.path} switches the export of telemetry on: ${places}.`)]
      : []),
    ...(added.length > 0 && isAway
      ? [
          warning(
            `${layer.path} adds to what is sent: ${added.map(({ what }) => what).join(', ')}. It goes with ${places}.`,
            removalFix(layer),
          ),
        ]
      : []),
    ...(hasHeaders && isAway
      ? [
          warning(
            `${layer.path} gives headers of its own to ${places}: what is sent may come to another account than yours.`,
            removalFix(layer),
          ),
        ]
      : []),
  ];
}

function endpointsOf({ env }: SettingsLayer): readonly ReturnType<typeof readDestination>[] {
  return [...env]
    .filter(([name, value]) => name.endsWith('_ENDPOINT') && value.trim() !== '')
    .map(([, value]) => readDestination(value));
}
