/** Panels that tell what is, in one number or a few. */
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as GaugePanel } from '@grafana/grafana-foundation-sdk/gauge';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { dressed, type AnyPanel, type PanelTraits } from './look.ts';
import { atTheEnd, DATASOURCE } from './target.ts';

/** The name under which a number is compared with the one of the period before. */
export const AGAINST_BEFORE = 'against the period before';

/** One number, or one for each query; small beside it how it compares with the period before. */
export function stat(traits: PanelTraits): AnyPanel {
  const { queries } = traits;
  const hasNames = queries.some(({ legend }) => legend !== undefined);
  return dressed(new StatPanel(), traits)
    .datasource(DATASOURCE)
    .targets(queries.map(atTheEnd))
    .colorScheme(byThresholds())
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(hasNames ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(lastValue())
    .overrideByName(AGAINST_BEFORE, [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 0 },
      { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: 'text' } },
    ]);
}

/** How much of something is used up, as one dial for each series. */
export function dial(traits: PanelTraits): AnyPanel {
  return dressed(new GaugePanel(), traits)
    .datasource(DATASOURCE)
    .targets(traits.queries.map(atTheEnd))
    .colorScheme(byThresholds())
    .showThresholdMarkers(true)
    .reduceOptions(lastValue());
}

/** One bar for each series. */
export function ranking(traits: PanelTraits): AnyPanel {
  return dressed(new BarGaugePanel(), traits)
    .datasource(DATASOURCE)
    .targets(traits.queries.map(atTheEnd))
    .colorScheme(byThresholds())
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(lastValue());
}

function byThresholds(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
}
