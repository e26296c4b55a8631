import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULTS } from '../config/defaults.ts';
import { SETTINGS, valueAt } from '../config/environment.ts';
import type { LoadedConfig } from '../config/load.ts';
import { maskSecrets } from '../config/mask.ts';
import { set } from '../config/platform.ts';
import type { CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { writeWhole } from '../runtime/write-whole.ts';

/** Prints what holds and where each value comes from; secrets are masked. */
export async function runShow(
  options: { readonly json?: boolean },
  loaded: LoadedConfig,
  terminal: Terminal,
): CommandResult {
  const config = maskSecrets(loaded.config);
  noteUnknownVariables(terminal);
  if (options.json === true) {
    terminal.print(jsonText(config));
    return;
  }
  const rows = SETTINGS.map(({ path, variable }) => ({
    key: path.join('.'),
    value: JSON.stringify(valueAt(config, path)),
    source: sourceText(loaded, path, variable),
  }));
  const width = (key: 'key' | 'value'): number => Math.max(...rows.map((row) => row[key].length));
  const lines = rows.map(
    ({ key, value, source }) =>
      `${key.padEnd(width('key'))}  ${value.padEnd(width('value'))}  ${source}`,
  );
  terminal.print(`${lines.map(escapeText).join('\n')}\n`);
}

/** Prints the JSON schema of the configuration file, or the reference as Markdown. */
export async function runSchema(
  options: { readonly markdown?: boolean },
  terminal: Terminal,
): CommandResult {
  if (options.markdown === true) {
    const { describeConfig } = await import('../config/describe.ts');
    terminal.print(describeConfig());
    return;
  }
  const { configJsonSchema } = await import('../config/allowed.ts');
  terminal.print(jsonText(configJsonSchema()));
}

/** Writes a configuration file with every default, for its owner alone; an existing one stays unless forced. */
export async function runInit(
  options: { readonly force?: boolean },
  loaded: LoadedConfig,
  terminal: Terminal,
): CommandResult {
  const { home, claudeDirs } = loaded.config;
  const path = set(terminal.env['HALL_MONITOR_CONFIG']) ?? join(home, 'config.json');
  if (existsSync(path) && options.force !== true) {
    terminal.note(
      `hall-monitor: ${path} exists already.\nEdit it, or write it anew with --force.\n`,
    );
    return EXIT.failure;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWhole(path, `${JSON.stringify({ claudeDirs, ...DEFAULTS }, null, 2)}\n`, 0o600);
  terminal.note(`Wrote ${path}. \`hall-monitor config schema --markdown\` describes every key.\n`);
  return;
}

function sourceText(
  { sourceOf, otelVariableOf, configFile }: LoadedConfig,
  path: readonly string[],
  variable: string,
): string {
  switch (sourceOf(path)) {
    case 'default':
      return '(default)';
    case 'environment':
      return otelVariableOf(path) ?? variable;
    case 'file':
      return configFile ?? 'file';
    case 'flag':
      return `--${path.at(-1)}`;
  }
}

/** A misspelt variable does nothing, which is hard to notice. */
function noteUnknownVariables({ env, note }: Terminal): void {
  const known = new Set(['HALL_MONITOR_CONFIG', ...SETTINGS.map(({ variable }) => variable)]);
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('HALL_MONITOR_') && !known.has(name),
  );
  for (const name of unknown) {
    note(`${escapeText(name)} is set, but there is no such setting.\n`);
  }
}
