import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { listen } from '../support/client-events.ts';
import { liveFile, liveLine, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { type Place, until } from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';
import type { Bench, BenchOptions, Figures } from './bench.ts';
import { percentile, rounded, withFolder } from './bench.ts';

const FILES = 100;
const LINES_PER_SECOND = 1000;
const TICK_MS = 10;

/** From a line's being appended to its event's being here, with 1,000 lines a second over 100 files. */
export const run: Bench = async (options) => ({
  files: FILES,
  lines_per_s: LINES_PER_SECOND,
  ...(await latencies('events', options)),
  ...(await latencies('poll', options)),
});

const latencies = (watch: 'events' | 'poll', options: BenchOptions): Promise<Figures> =>
  withFolder(async (folder) => {
    const place: Place = {
      home: join(folder, 'home'),
      claudeDir: join(folder, 'claude'),
      env: { HALL_MONITOR_TRANSCRIPTS_WATCH: watch },
    };
    const lines = LINES_PER_SECOND * (options.isQuick ? 4 : 15);
    const handles = Array.from({ length: FILES }, (_, number) =>
      openSync(liveFile(place.claudeDir, liveSession(number)), 'a'),
    );
    const server = await startCollector(place);
    try {
      await server.ready();
      const appendedMs = new Map<string, number>();
      const latenciesMs: number[] = [];
      const client = listen(`${server.url}/events/metrics`, ({ entry }) => {
        const ms = appendedMs.get(String(entry.data['message_id']));
        if (ms === undefined) return;
        appendedMs.delete(String(entry.data['message_id']));
        latenciesMs.push(performance.now() - ms);
      });
      await client.opened;
      const cpuBefore = await cpuSeconds(server);
      await append(handles, lines, appendedMs);
      await until('last event', () => (latenciesMs.length === lines ? true : undefined));
      const cpuSecondsUsed = (await cpuSeconds(server)) - cpuBefore;
      client.close();
      options.note(`${watch}: ${latenciesMs.length} of ${lines} lines told`);
      return {
        [`${watch}_lines_told`]: latenciesMs.length,
        [`${watch}_latency_p50_ms`]: rounded(percentile(latenciesMs, 0.5)),
        [`${watch}_latency_p99_ms`]: rounded(percentile(latenciesMs, 0.99)),
        [`${watch}_latency_max_ms`]: rounded(Math.max(...latenciesMs)),
        [`${watch}_cpu_share_of_a_core_percent`]: rounded(
          (cpuSecondsUsed / (lines / LINES_PER_SECOND)) * 100,
        ),
      };
    } finally {
      await server.stop();
      for (const handle of handles) closeSync(handle);
    }
  });

/** Appends at an even pace; a late tick makes up for what it missed. */
function append(
  handles: readonly number[],
  lines: number,
  appendedMs: Map<string, number>,
): Promise<void> {
  const startMs = performance.now();
  let written = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(
        lines,
        Math.floor(((performance.now() - startMs) / 1000) * LINES_PER_SECOND),
      );
      for (; written < due; written++) {
        const messageId = liveMessageId(written);
        const line = liveLine({
          messageId,
          session: liveSession(written % FILES),
          atMs: Date.now(),
        });
        appendedMs.set(messageId, performance.now());
        writeSync(handles[written % FILES]!, line);
      }
      if (written < lines) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}

/** Processor time that a collector has used so far, by its own word. */
async function cpuSeconds(server: {
  readonly get: (path: string) => Promise<Response>;
}): Promise<number> {
  const text = await (await server.get('/metrics')).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? 'NaN');
}
