/** Panels that tell how something went on over time. */
import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  PanelBuilder as HeatmapPanel,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { dressed, type AnyPanel, type PanelTraits } from './look.ts';
import { bucketsPerInterval, DATASOURCE, overTime, perInterval } from './target.ts';

/** How a graph over time looks beyond what all panels have. */
export interface GraphTraits extends PanelTraits {
  /** Figures of each series in the legend; by default those that fit the kind of graph. */
  readonly calcs?: readonly string[];
  /** Whether series stand upon each other. */
  readonly isStacked?: boolean;
  /** Whether a line is drawn at each threshold. */
  readonly showsThresholds?: boolean;
}

/** Amounts per interval as bars upon each other, which add up to the amount of the range. */
export function bars(traits: GraphTraits): AnyPanel {
  return graph({ calcs: ['sum'], isStacked: true, min: 0, ...traits })
    .targets(traits.queries.map(perInterval))
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0);
}

/** What something was at each moment, as lines. */
export function lines(traits: GraphTraits): AnyPanel {
  return graph({ calcs: ['lastNotNull', 'max'], ...traits })
    .targets(traits.queries.map(overTime))
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(traits.isStacked === true ? 40 : 8)
    .lineWidth(1);
}

/** What was computed from the amounts of each interval, as lines with points: intervals without any have none. */
export function ratios(traits: GraphTraits): AnyPanel {
  return graph({ calcs: ['mean', 'lastNotNull'], ...traits })
    .targets(traits.queries.map(perInterval))
    .drawStyle(GraphDrawStyle.Line)
    .showPoints(VisibilityMode.Always)
    .pointSize(4)
    .fillOpacity(0)
    .lineWidth(1);
}

/** How often a histogram counted what, per interval. */
export function heatmap(traits: PanelTraits): AnyPanel {
  return dressed(new HeatmapPanel(), traits)
    .datasource(DATASOURCE)
    .targets(traits.queries.map(bucketsPerInterval))
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new YAxisConfigBuilder().unit(traits.unit).decimals(1))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .showLegend();
}

function graph(traits: GraphTraits): TimeSeriesPanel {
  const { calcs = [], isStacked = false, showsThresholds = false } = traits;
  return dressed(new TimeSeriesPanel(), traits)
    .datasource(DATASOURCE)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([...calcs]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .stacking(
      new StackingConfigBuilder()
        .mode(isStacked ? StackingMode.Normal : StackingMode.None)
        .group('A'),
    )
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        showsThresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    );
}
