import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { EntryQuery } from '../../src/records/entry-query.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { csvHeader, csvLines, jsonLines } from './encode.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import { ENTRY_FILTERS, entryQuery } from './entries.ts';
import { readBody } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering } from './route-spec.ts';

const body = z.strictObject({
  ...ENTRY_FILTERS,
  success: z.boolean().optional().describe('Whether the tool call succeeded.'),
  format: z
    .enum(['jsonl', 'csv'])
    .default('jsonl')
    .describe('One JSON object per line, or a table.'),
});

const answer = z.object({ path: z.string(), count: z.int(), bytes: z.int() });

const PAGE = 1_000;
const MAX_BODY_LENGTH = 65_536;

/** What was written and where. */
interface Exported {
  readonly path: string;
  readonly count: number;
  readonly bytes: number;
}

/** `POST /api/metrics/export`: writes entries to a new file of our own naming in the data folder. */
export function exportRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return {
    method: 'POST',
    path: '/api/metrics/export',
    summary: 'Writes entries by filter, oldest first, to a new file in the data folder.',
    query: z.strictObject({}),
    body,
    answer,
    handle: (request) =>
      answering(async () => {
        if (request.headers.has('content-encoding')) {
          return problemResponse(415, {
            message: 'A compressed body is not taken here.',
            parameter: 'content-encoding',
          });
        }
        const text = await request.text();
        if (text.length > MAX_BODY_LENGTH) {
          return problemResponse(413, { message: 'So large a body cannot be a filter.' });
        }
        const { format, ...filters } = readBody(body, text);
        const query = {
          ...entryQuery(deps, filters, config.timezone),
          order: 'asc' as const,
          limit: PAGE,
        };
        return Response.json(await writeExport(deps, query, format));
      }),
  };
}

async function writeExport(
  deps: RestDeps,
  query: EntryQuery,
  format: 'jsonl' | 'csv',
): Promise<Exported> {
  const folder = join(deps.dataDir, 'exports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(deps.now()).toISOString().replace(/[:.]/g, '-');
  const path = join(folder, `metrics-${stamp}-${randomBytes(4).toString('hex')}.${format}`);
  const draft = `${path}.part`;
  try {
    const written = await writePages(deps, query, { draft, format });
    await rename(draft, path);
    return { path, ...written };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Page by page, giving way to others in between, so that neither memory nor the loop is held. */
async function writePages(
  deps: RestDeps,
  query: EntryQuery,
  { draft, format }: { readonly draft: string; readonly format: 'jsonl' | 'csv' },
): Promise<Omit<Exported, 'path'>> {
  const file = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  const failed = once(file, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  const write = async (text: string): Promise<void> => {
    if (!file.write(text)) {
      await Promise.race([once(file, 'drain'), failed]);
    }
  };
  await write(format === 'csv' ? csvHeader() : '');
  let count = 0;
  for (let cursor: string | null = null; ;) {
    const page = deps.entries({ ...query, cursor });
    await write(format === 'csv' ? csvLines(page.entries) : jsonLines(page.entries));
    count += page.entries.length;
    cursor = page.next;
    if (cursor === null) {
      break;
    }
    await setImmediate();
  }
  file.end();
  await Promise.race([once(file, 'close'), failed]);
  return { count, bytes: file.bytesWritten };
}
