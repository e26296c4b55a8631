import { allowedText, configJsonSchema, type SchemaNode } from './allowed.ts';
import { SETTINGS } from './environment.ts';

/** Every setting as a Markdown document, section by section. */
export function describeConfig(): string {
  const schema = configJsonSchema();
  const sections = Object.entries(schema.properties ?? {}).filter(
    ([, node]) => node.type === 'object',
  );
  return [
    '# Configuration',
    '',
    'Later sources win: `config.json` in the data folder (or the file that `HALL_MONITOR_CONFIG` names), then the',
    'environment, then flags. Unknown keys are refused. `hall-monitor config show` prints what holds and where it comes',
    'from; `hall-monitor config init` writes a file to begin with. Lists in the environment are separated as in `PATH`.',
    '',
    ...table(
      SETTINGS.filter(({ path }) => path.length === 1).map((setting) => row(setting, schema)),
    ),
    ...sections.flatMap(([name, node]) => [
      '',
      `## ${name}`,
      '',
      node.description ?? '',
      '',
      ...table(
        SETTINGS.filter(({ path }) => path.length > 1 && path[0] === name).map((setting) =>
          row(setting, schema),
        ),
      ),
    ]),
    '',
  ].join('\n');
}

function table(rows: readonly string[]): string[] {
  return ['| Key | Meaning | Default | Allowed | Environment |', '|---|---|---|---|---|', ...rows];
}

function row({ path, variable }: (typeof SETTINGS)[number], schema: SchemaNode): string {
  const node = path.reduce<SchemaNode>((inner, key) => inner.properties?.[key] ?? {}, schema);
  const usual = node.default === undefined ? 'see meaning' : `\`${JSON.stringify(node.default)}\``;
  const cells = [
    `\`${path.join('.')}\``,
    node.description ?? '',
    usual,
    allowedText(node),
    `\`${variable}\``,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
