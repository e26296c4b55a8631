import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { InputError } from '../../src/errors.ts';
import { sessionsFile, type SessionsFile } from '../../src/records/sessions-file.ts';
import { STATS_SCHEMAS, type StatsFiles } from '../../src/records/stats-files.ts';

/**
 * The seven stats files of a folder, by their names.
 *
 * @throws InputError where one is not what the schema says, and what the file system throws.
 */
export async function readStats(folder: string): Promise<StatsFiles> {
  const names = Object.keys(STATS_SCHEMAS) as (keyof StatsFiles)[];
  const read = names.map(async (name) => {
    const schema: ZodType = STATS_SCHEMAS[name];
    return [name, await readReport(join(folder, name), schema)] as const;
  });
  return Object.fromEntries(await Promise.all(read)) as unknown as StatsFiles;
}

/** A `sessions.json`; throws as {@link readStats} does. */
export async function readSessionsFile(path: string): Promise<SessionsFile> {
  return await readReport(path, sessionsFile);
}

async function readReport<T>(path: string, schema: ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8');
  const value = parsed(path, text);
  const { error } = schema.safeParse(value);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw new InputError(
      `${path} is not as it is written: ${issue?.path.join('.')}: ${issue?.message}.`,
      { hint: 'Write it anew with: hall-monitor export stats --out FOLDER', cause: error },
    );
  }
  // Not what zod gives, which leaves out what is called `__proto__`.
  return value as T;
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path} is no JSON.`, {
      hint: 'Write it anew with: hall-monitor export stats --out FOLDER',
      cause,
    });
  }
}
