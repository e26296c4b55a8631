// Draws the panels of one dashboard in a browser: what is in them, about where Grafana would put it. It is not meant
// to look like Grafana; it is there so that a person can look at the curves, the numbers and the layout.
const COLOURS = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff780a',
  '#e02f44',
  '#b877d9',
  '#37872d',
  '#fade2a',
  '#8ab8ff',
  '#ffa6b0',
];

const text = (tag, content, className = '') => {
  const element = document.createElement(tag);
  element.textContent = content;
  element.className = className;
  return element;
};

const SECONDS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

const format = (value, unit) => {
  if (value === null || value === undefined) return '–';
  const short = (number) =>
    Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 }).format(number);
  if (unit === 'currencyUSD')
    return `$${value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 })}`;
  if (unit === 'percentunit') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'percent') return `${value.toFixed(1)} %`;
  if (unit === 's' || unit === 'dtdurations') {
    const [size, name] = SECONDS.find(([each]) => Math.abs(value) >= each) ?? [1, 's'];
    return `${short(value / size)} ${name}`;
  }
  if (unit === 'ms') return `${short(value)} ms`;
  if (unit.startsWith('bytes') || unit === 'decbytes') return `${short(value)}B`;
  if (unit.startsWith('dateTime'))
    return new Date(value).toISOString().slice(0, 16).replace('T', ' ');
  return short(value);
};

const last = ({ points }) => points.at(-1)?.[1] ?? null;

const drawStats = (panel, box) => {
  const stats = box.appendChild(text('div', '', 'stats'));
  for (const series of panel.series.slice(0, 8)) {
    const stat = stats.appendChild(text('div', '', 'stat'));
    stat.append(
      text('b', format(last(series), panel.unit)),
      text('span', panel.series.length > 1 ? series.name : ''),
    );
  }
};

const drawBars = (panel, box) => {
  const most = Math.max(
    ...panel.series.map((series) => Math.abs(last(series) ?? 0)),
    Number.MIN_VALUE,
  );
  for (const series of panel.series.slice(0, 14)) {
    const bar = box.appendChild(text('div', '', 'bar'));
    const filled = document.createElement('i');
    filled.style.width = `${(100 * Math.abs(last(series) ?? 0)) / most}%`;
    bar.append(text('span', series.name), filled, text('span', format(last(series), panel.unit)));
  }
};

const drawTable = (panel, box) => {
  const names = [...new Set(panel.series.flatMap(({ labels }) => Object.keys(labels)))].filter(
    (name) => name !== '__name__',
  );
  const refs = [...new Set(panel.series.map(({ column }) => column))];
  const rows = Map.groupBy(panel.series, ({ labels }) =>
    names.map((name) => labels[name] ?? '').join('\u0000'),
  );
  const table = box.appendChild(document.createElement('table'));
  const add = (cells, tag) =>
    table.appendChild(document.createElement('tr')).append(...cells.map((cell) => text(tag, cell)));
  add([...names, ...refs], 'th');
  for (const own of [...rows.values()].slice(0, 20)) {
    const values = refs.map((ref) => own.find(({ column }) => column === ref));
    add(
      [
        ...names.map((name) => own[0].labels[name] ?? ''),
        ...values.map((one) => format(one ? last(one) : null, panel.unit)),
      ],
      'td',
    );
  }
};

// Buckets hold what lies below their bound; what lies between two bounds is shown.
const between = (panel) => {
  const bound = ({ labels }) => (labels.le === '+Inf' ? Infinity : Number(labels.le));
  const rows = panel.series.toSorted((a, b) => bound(a) - bound(b));
  return rows.map((row, index) => {
    const below = new Map(rows[index - 1]?.points ?? []);
    return {
      ...row,
      points: row.points.map(([at, value]) => [at, (value ?? 0) - (below.get(at) ?? 0)]),
    };
  });
};

const drawHeat = (panel, box) => {
  const rows = between(panel);
  const { start, end } = SHEET.span;
  const canvas = box.appendChild(document.createElement('canvas'));
  canvas.width = box.clientWidth - 16;
  canvas.height = box.clientHeight - 40;
  const context = canvas.getContext('2d');
  const width = canvas.width - 60;
  const height = canvas.height / rows.length;
  const most = Math.max(
    ...rows.flatMap(({ points }) => points.map(([, value]) => value)),
    Number.MIN_VALUE,
  );
  rows.forEach(({ points, name }, row) => {
    const top = canvas.height - (row + 1) * height;
    for (const [at, value] of points) {
      context.fillStyle = `rgba(255,120,10,${value > 0 ? 0.15 + (0.85 * value) / most : 0})`;
      const cell = (width * SHEET.span.step) / (end - start);
      context.fillRect(60 + (width * (at - start)) / (end - start), top, cell + 1, height - 1);
    }
    context.fillStyle = '#ccccdc';
    context.fillText(name, 0, top + height / 2 + 3);
  });
};

const stackedOver = (columns) =>
  columns.map((_, index) =>
    columns[0].map((__, at) =>
      columns.slice(0, index + 1).reduce((sum, column) => sum + (column[at] ?? 0), 0),
    ),
  );

const drawCurves = (panel, box) => {
  const { start, end, step } = SHEET.span;
  const times = Array.from(
    { length: Math.floor((end - start) / step) + 1 },
    (_, index) => start + index * step,
  );
  const columns = panel.series.map(({ points }) => {
    const values = new Map(points);
    return times.map((at) => values.get(at) ?? null);
  });
  const shown = panel.isStacked ? stackedOver(columns) : columns;
  const order = panel.isStacked
    ? shown.map((_, index) => shown.length - 1 - index)
    : shown.map((_, index) => index);
  const axis = { stroke: '#8e8e9e', grid: { stroke: '#24272e' }, font: '10px DejaVu Sans' };
  const plot = new uPlot(
    {
      width: box.clientWidth - 16,
      height: Math.max(40, box.clientHeight - 72),
      legend: { show: false },
      cursor: { show: false },
      axes: [
        axis,
        { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => format(tick, panel.unit)) },
      ],
      series: [
        {},
        ...order.map((index) => ({
          stroke: COLOURS[index % COLOURS.length],
          fill: panel.isStacked || panel.isBars ? COLOURS[index % COLOURS.length] : undefined,
          paths: panel.isBars ? uPlot.paths.bars({ size: [0.9, 40] }) : undefined,
          points: { show: columns[index].filter((value) => value !== null).length < 3 },
        })),
      ],
    },
    [times, ...order.map((index) => shown[index])],
    box,
  );
  const legend = text('div', '', 'legend');
  panel.series.forEach(({ name }, index) => {
    const mark = text('span', '');
    mark.style.background = COLOURS[index % COLOURS.length];
    legend.append(mark, name);
  });
  plot.root.after(legend);
};

const DRAWINGS = {
  stat: drawStats,
  gauge: drawStats,
  bargauge: drawBars,
  barchart: drawBars,
  piechart: drawBars,
  table: drawTable,
  heatmap: drawHeat,
  timeseries: drawCurves,
  'state-timeline': drawCurves,
  'status-history': drawCurves,
};

const draw = (panel) => {
  const { x, y, w, h } = panel.place;
  const section = document.querySelector('main').appendChild(document.createElement('section'));
  Object.assign(section.style, {
    left: `${(100 * x) / 24}%`,
    top: `${y * SHEET.rowPx}px`,
    width: `${(100 * w) / 24}%`,
    height: `${h * SHEET.rowPx}px`,
  });
  section.title = panel.description;
  const box = section.appendChild(document.createElement('div'));
  box.append(text('h2', panel.title));
  if (panel.type === 'row') section.className = 'row';
  else if (panel.type === 'text') box.append(text('pre', panel.text));
  else if (panel.series.length === 0) box.append(text('div', panel.noValue, 'nothing'));
  else DRAWINGS[panel.type](panel, box);
};

let drawn = 0;
for (const panel of SHEET.panels) {
  try {
    draw(panel);
    drawn += 1;
  } catch (error) {
    document.querySelector('main').append(text('pre', `${panel.title}: ${error}`));
  }
}
document.body.dataset.drawn = `${drawn} of ${SHEET.panels.length}`;
