/** One line of an exposition. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/g;

/** Parses the text format strictly: each metric described once before its series, no series twice, nothing else. */
export function parseExposition(text: string): readonly Series[] {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const described = new Map<string, string>();
  const seen = new Set<string>();
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const comment = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line);
      if (comment !== null) {
        const key = `${comment[1]} ${comment[2]}`;
        if (described.has(key)) throw new Error(`Twice: ${line}`);
        described.set(key, comment[3] ?? '');
        return [];
      }
      const [, name = '', labelText = '', value = ''] = LINE.exec(line) ?? [];
      if (name === '') throw new Error(`Not a line: ${line}`);
      const family = familyOf(name, described);
      if (!described.has(`HELP ${family}`) || !described.has(`TYPE ${family}`))
        throw new Error(`Not described: ${line}`);
      const labels = Object.fromEntries(
        [...labelText.matchAll(LABEL)].map(([, label = '', quoted = '']) => [
          label,
          unquoted(quoted),
        ]),
      );
      const identity =
        name + JSON.stringify(Object.entries(labels).sort(([a], [b]) => a.localeCompare(b)));
      if (seen.has(identity)) throw new Error(`Told twice: ${line}`);
      seen.add(identity);
      if (Number.isNaN(Number(value))) throw new Error(`No number: ${line}`);
      return [{ name, labels, value: Number(value) }];
    });
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

/** The name under which a series is described: that of a histogram's parts is the histogram's. */
function familyOf(name: string, described: ReadonlyMap<string, string>): string {
  const histogram = name.replace(/_(bucket|sum|count)$/, '');
  return described.get(`TYPE ${histogram}`) === 'histogram' ? histogram : name;
}
