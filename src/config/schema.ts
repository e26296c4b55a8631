import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { archive } from './sections/archive.ts';
import { budgets } from './sections/budgets.ts';
import { clickhouse } from './sections/clickhouse.ts';
import { exports } from './sections/exports.ts';
import { retention } from './sections/retention.ts';
import { otlp } from './sections/otlp.ts';
import { prometheus } from './sections/prometheus.ts';
import { rawTraces } from './sections/raw-traces.ts';
import { reports } from './sections/reports.ts';

const path = z.string().min(1);
const minuteMs = 60_000;
const mebibyte = 1024 * 1024;

const transcripts = z
  .strictObject({
    watch: z
      .enum(['auto', 'events', 'poll'])
      .default(DEFAULTS.transcripts.watch)
      .describe(
        'How changes of transcripts are noticed: by events of the file system, by looking again and again, or by events until they prove unreliable.',
      ),
    sweepIntervalMs: z
      .int()
      .min(1_000)
      .max(60 * minuteMs)
      .default(DEFAULTS.transcripts.sweepIntervalMs)
      .describe('Milliseconds between two looks at every file, which find what no event told of.'),
    pollIntervalMs: z
      .int()
      .min(100)
      .max(10 * minuteMs)
      .default(DEFAULTS.transcripts.pollIntervalMs)
      .describe('Milliseconds between two looks at the files where there are no events.'),
  })
  .prefault({})
  .describe('The receiver that reads what Claude Code writes of every session.');

const hooks = z
  .strictObject({
    sweepIntervalMs: z
      .int()
      .min(100)
      .max(10 * minuteMs)
      .default(DEFAULTS.hooks.sweepIntervalMs)
      .describe(
        'Milliseconds between two looks into the spool of hooks, which find what no event told of.',
      ),
    maxPayloadBytes: z
      .int()
      .min(64 * 1024)
      .max(256 * mebibyte)
      .default(DEFAULTS.hooks.maxPayloadBytes)
      .describe('Bytes of the longest payload of a hook that is read; a longer one is put aside.'),
  })
  .prefault({})
  .describe('The receiver that takes what Claude Code tells its hooks.');

const statusline = z
  .strictObject({
    sweepIntervalMs: z
      .int()
      .min(100)
      .max(10 * minuteMs)
      .default(DEFAULTS.statusline.sweepIntervalMs)
      .describe('Milliseconds between two looks at what status lines left of rate limits.'),
  })
  .prefault({})
  .describe('The receiver that takes the rate limits that Claude Code tells its status line.');

const plans = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.plans.enabled)
      .describe('Whether plans are looked for at all, in the projects that sessions work in.'),
    roots: z
      .array(path)
      .default([...DEFAULTS.plans.roots])
      .describe(
        'Project folders whose plans are followed though no session has worked there; plans lie in `dev/active` and `dev/complete` below them.',
      ),
    debounceMs: z
      .int()
      .min(0)
      .max(5_000)
      .default(DEFAULTS.plans.debounceMs)
      .describe(
        'Milliseconds that a plan is left alone before it is read where a change leaves it in doubt: new, moved, or half written. Any other change is read at once.',
      ),
    sweepIntervalMs: z
      .int()
      .min(1_000)
      .max(60 * minuteMs)
      .default(DEFAULTS.plans.sweepIntervalMs)
      .describe('Milliseconds between two looks at every plan, which find what no event told of.'),
    pollIntervalMs: z
      .int()
      .min(100)
      .max(10 * minuteMs)
      .default(DEFAULTS.plans.pollIntervalMs)
      .describe('Milliseconds between two looks at the active plans where there are no events.'),
    maxManifestBytes: z
      .int()
      .min(64 * 1024)
      .max(256 * mebibyte)
      .default(DEFAULTS.plans.maxManifestBytes)
      .describe(
        'Bytes of the longest manifest that is read; of a longer one what was read last still holds.',
      ),
  })
  .prefault({})
  .describe('The receiver that follows the plans in the projects that sessions work in.');

const sse = z
  .strictObject({
    heartbeatMs: z
      .int()
      .min(1_000)
      .max(10 * minuteMs)
      .default(DEFAULTS.sse.heartbeatMs)
      .describe('Milliseconds between two signs of life on a stream without news.'),
    bufferBytes: z
      .int()
      .min(16 * 1024)
      .max(64 * mebibyte)
      .default(DEFAULTS.sse.bufferBytes)
      .describe(
        'Bytes kept for a client that does not read; with more it is cut off and can resume.',
      ),
    maxClients: z
      .int()
      .min(1)
      .max(10_000)
      .default(DEFAULTS.sse.maxClients)
      .describe('Streams open at a time; one more is answered with 503.'),
    connectsPerMinute: z
      .int()
      .min(1)
      .max(10_000)
      .default(DEFAULTS.sse.connectsPerMinute)
      .describe(
        'Streams that one address may open within 60 seconds; one more is answered with 429.',
      ),
  })
  .prefault({})
  .describe('Live streams (server-sent events).');

const pricing = z
  .strictObject({
    overrideFile: path
      .nullable()
      .default(DEFAULTS.pricing.overrideFile)
      .describe(
        'A JSON file of prices that are laid over the built-in ones, such as those of a contract.',
      ),
  })
  .prefault({})
  .describe('What tokens cost.');

/** Everything that can be set, with its default, its limits and what it means. Unknown keys are refused. */
export const configSchema = z
  .strictObject({
    home: path.describe(
      "The data folder: store, lock and `config.json`. Default: the platform's place for a program's data.",
    ),
    host: z
      .string()
      .min(1)
      .default(DEFAULTS.host)
      .describe('Address to listen on. Any but a loopback address needs a token.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(DEFAULTS.port)
      .describe(
        'Port for everything: metrics, REST, streams and what is sent in. 0 lets the system choose.',
      ),
    claudeDirs: z
      .array(path)
      .min(1)
      .describe(
        "Configuration folders of Claude Code. Default: `$CLAUDE_CONFIG_DIR`, else `~/.claude` and `claude` in the user's configuration folder.",
      ),
    allowedHosts: z
      .array(z.string().min(1))
      .default([...DEFAULTS.allowedHosts])
      .describe(
        'Further host names that requests may come in under, such as `hall-monitor:9464` in a compose network; the environment has them with commas.',
      ),
    token: z
      .string()
      .min(1)
      .nullable()
      .default(DEFAULTS.token)
      .describe(
        'Secret that clients send as `Authorization: Bearer ...`. Prefer the environment to the file for it.',
      ),
    timezone: z
      .string()
      .min(1)
      .nullable()
      .default(DEFAULTS.timezone)
      .describe(
        "IANA time zone that days and hours are told in, such as `Europe/Berlin`. Default: the system's.",
      ),
    logLevel: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default(DEFAULTS.logLevel)
      .describe('The least important messages that are logged.'),
    transcripts,
    hooks,
    plans,
    statusline,
    sse,
    prometheus,
    pricing,
    retention,
    exports,
    archive,
    budgets,
    otlp,
    clickhouse,
    reports,
    rawTraces,
  })
  .describe('Configuration of Hall Monitor.');

/** The whole configuration, every field set; paths are absolute. */
export type Config = Readonly<z.output<typeof configSchema>>;
