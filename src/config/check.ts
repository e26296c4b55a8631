import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { allowedText, schemaAt } from './allowed.ts';
import { SETTINGS, valueAt, type Layer } from './environment.ts';
import type { LoadedConfig } from './load.ts';
import { isSecret } from './mask.ts';
import { configSchema, type Config } from './schema.ts';

type Origin = Pick<LoadedConfig, 'sourceOf' | 'configFile'>;

/**
 * Checks a merged configuration.
 *
 * @throws ConfigError with one line per fault: the key, its value and where it was set, and what is allowed.
 */
export function checkConfig(merged: Layer, origin: Origin): Config {
  const result = configSchema.safeParse(merged);
  if (result.success) {
    return result.data;
  }
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, merged, origin));
  throw new ConfigError(faults.map(({ message }) => message).join('\n'), {
    hint: [...new Set(faults.map(({ hint }) => hint))].join(' '),
  });
}

interface Fault {
  readonly message: string;
  readonly hint: string;
}

function faultsOf(issue: z.core.$ZodIssue, merged: Layer, origin: Origin): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schemaAt(issue.path)?.properties ?? {}).join(', ');
    return issue.keys.map((key) => ({
      message: `Unknown key ${JSON.stringify(nameOf([...issue.path, key]))} in ${origin.configFile ?? 'the configuration'}: known here are ${known}.`,
      hint: 'Correct or remove it; `hall-monitor config schema` describes every key.',
    }));
  }
  const { path } = issue;
  const node = schemaAt(path);
  const value = valueAt(merged, path);
  const shown = isSecret(path) ? 'the value given' : shorten(JSON.stringify(value) ?? 'nothing');
  const hasOwnWords = issue.code === 'custom' || issue.code === 'invalid_format';
  const allowed = node === undefined || hasOwnWords ? issue.message : allowedText(node);
  const place = placeOf(path, origin);
  return [
    {
      message: `${nameOf(path)} cannot be ${shown} (${place}): allowed is ${allowed}.`,
      hint: `Correct ${place}.`,
    },
  ];
}

function placeOf(path: readonly PropertyKey[], { sourceOf, configFile }: Origin): string {
  const name = nameOf(path);
  switch (sourceOf(path)) {
    case 'environment':
      return (
        SETTINGS.find((setting) => name.startsWith(setting.path.join('.')))?.variable ??
        'the environment'
      );
    case 'flag':
      return `--${String(path.at(-1))}`;
    case 'file':
      return configFile ?? 'the configuration file';
    case 'default':
      return 'its default';
  }
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
