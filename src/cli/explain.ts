import { explainRequest, type RequestExplanation } from '../rollups/explain-request.ts';
import { isLeftRequest } from '../rollups/left-request.ts';
import { explainSession, type SessionExplanation } from '../rollups/explain-session.ts';
import { explainPrice, type PriceExplanation } from '../pricing/explain.ts';
import { loadPriceTable } from '../pricing/override.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { countText, durationText, usdText } from './figures.ts';
import { priceLines } from './price-lines.ts';
import { readStore } from './read-store.ts';
import { zoneOf } from './time-options.ts';

/** Flags of `hall-monitor explain`. */
export interface ExplainOptions {
  readonly json?: boolean;
  readonly sync: boolean;
}

type Explanation = RequestExplanation<PriceExplanation> | SessionExplanation;

/** Says where the figures of a request or a session come from. */
export async function run(
  id: string,
  options: ExplainOptions,
  context: CommandContext,
): CommandResult {
  const { config, terminal } = context;
  const table = await loadPriceTable(config.pricing.overrideFile);
  const view = { timezone: zoneOf(context).name, nowMs: terminal.nowMs() };
  const found = await readStore<Explanation | 'left' | undefined>(
    context,
    options,
    (db) =>
      explainRequest(db, id, (request) => explainPrice(table, request)) ??
      explainSession(db, id, view) ??
      (isLeftRequest(db, id) ? 'left' : undefined),
  );
  if (found === 'left') {
    terminal.note(
      `hall-monitor: ${escapeText(id)} was counted and has left the store.\nIts line is in the archive: look for it in ${escapeText(config.home)}/archive/requests.\n`,
    );
    return EXIT.failure;
  }
  if (found === undefined) {
    terminal.note(
      `hall-monitor: no request or session is known as ${escapeText(id)}.\nGive a message id, a request id, or a session id or its beginning.\n`,
    );
    return EXIT.failure;
  }
  if (options.json === true) {
    terminal.print(jsonText(found));
    return;
  }
  const lines = found.kind === 'request' ? requestLines(found) : sessionLines(found);
  terminal.print(`${lines.map(escapeText).join('\n')}\n`);
}

/** Figures in USD that differ by less are the same. */
const SAME_USD = 1e-6;
const DECIMALS = 9;

function requestLines(request: RequestExplanation<PriceExplanation>): string[] {
  const { counted_line: place, tokens, cost } = request;
  const copied =
    place.path === request.owner_path
      ? []
      : [`Counted for  ${request.owner_path} (the file that held it first)`];
  return [
    `Request      ${request.key}`,
    `Ids          message ${request.message_id ?? 'unknown'}, request ${request.request_id ?? 'unknown'}`,
    `Session      ${request.session_id}`,
    `Project      ${request.project}`,
    `Model        ${request.model}, asked by ${request.requester}${request.agent_id === null ? '' : ` ${request.agent_id}`}`,
    `Time         ${request.at} to ${request.ended}`,
    `Read from    ${place.path}`,
    `             line ${place.line} (${request.source})`,
    ...copied,
    `Tokens       input ${countText(tokens.input_tokens)}, output ${countText(tokens.output_tokens)} (thinking ${countText(tokens.thinking_tokens)}),`,
    `             cache read ${countText(tokens.cache_read_input_tokens)}, cache write ${countText(tokens.cache_creation_5m_input_tokens)} for 5 minutes and ${countText(tokens.cache_creation_1h_input_tokens)} for 1 hour`,
    ...(request.final
      ? []
      : ['             The output may be a first guess: no line says why the model stopped.']),
    `Tools        ${request.tool_calls.map(({ tool }) => tool ?? 'unknown').join(', ') || 'none'}`,
    ...planLines(request.plan),
    '',
    ...priceLines(request.price),
    '',
    cost === null
      ? 'Cost         unknown: no price for this model'
      : `Cost         ${usdText(cost.total_usd, DECIMALS)} (${request.cost_basis})`,
    ...(cost === null || request.price.costUsd === cost.total_usd
      ? []
      : [
          `             At the prices of now it would be ${usdText(request.price.costUsd ?? 0, DECIMALS)}: the table changed after it was recorded.`,
        ]),
    ...(request.reported_cost_usd === null
      ? ['The client   wrote no cost of its own.']
      : [
          `The client   wrote ${usdText(request.reported_cost_usd, DECIMALS)}${differenceText(request.cost_difference_usd)}`,
        ]),
  ];
}

function planLines(plan: RequestExplanation<unknown>['plan']): string[] {
  if (plan === null) return [];
  const part =
    plan.feature_id === null
      ? 'the rest, which belongs to no feature'
      : `feature ${plan.feature_id}, attempt ${plan.attempt ?? 1}`;
  return [`Plan         ${plan.plan}: ${part}`];
}

function sessionLines({
  session_id,
  summary,
  by_model,
  files,
  requests,
  archived_requests,
  copied,
  client,
}: SessionExplanation): string[] {
  const notFinal = requests.filter(({ final }) => !final).length;
  return [
    `Session      ${session_id}`,
    ...(summary === null
      ? [
          '             Nothing in it is its own: all of it is a copy of other sessions and is counted there.',
        ]
      : [
          `Project      ${summary.project}`,
          `Title        ${summary.title ?? 'none'}`,
          `Time         ${summary.started} to ${summary.ended} (${summary.state})`,
          `             ${durationText(summary.duration_active_ms)} active of ${durationText(summary.duration_wall_ms)}; pauses of 5 minutes or more do not count`,
          `Cost         ${usdText(summary.cost_usd, 6)} for ${plural(summary.messages, 'message')}`,
          summary.client_cost_usd === null
            ? 'The client   wrote no cost of its own for this session.'
            : `The client   wrote ${usdText(summary.client_cost_usd, 6)}${differenceText(summary.cost_difference_usd)}`,
          ...clientReason(summary, copied),
        ]),
    ...copied.map(
      (copy) =>
        `Copied       ${plural(copy.requests, 'request')} worth ${usdText(copy.cost_usd, 6)} of session ${copy.session_id}, counted there`,
    ),
    ...(notFinal === 0
      ? []
      : [`Not final    ${plural(notFinal, 'request')} whose output may be a first guess`]),
    '',
    'By model',
    ...by_model.map(
      (row) =>
        `  ${row.model}: ${plural(row.requests, 'request')}, ${usdText(row.cost_usd, 6)}${clientModelText(client, row.model)}`,
    ),
    '',
    'Files',
    ...files.map(
      (file) =>
        `  ${file.path}: ${plural(file.lines, 'line')}, ${plural(file.requests, 'request')} counted for it, ${usdText(file.cost_usd, 6)}`,
    ),
    ...dearestLines(requests, archived_requests),
    '',
    '`hall-monitor explain <request>` says how one came to its cost; --json lists them all.',
  ];
}

function dearestLines(
  requests: SessionExplanation['requests'],
  archivedRequests: number,
): readonly string[] {
  return [
    '',
    'Dearest requests',
    ...requests
      .toSorted((a, b) => b.cost_usd - a.cost_usd)
      .slice(0, 5)
      .map(
        (request) =>
          `  ${request.key}  ${usdText(request.cost_usd, 6)}  line ${request.line} of ${request.path}`,
      ),
    ...(archivedRequests === 0
      ? []
      : [`And ${plural(archivedRequests, 'request')} that have left the store for the archive`]),
  ];
}

function differenceText(differenceUsd: number | null): string {
  if (differenceUsd === null) {
    return '';
  }
  const sign = differenceUsd > 0 ? 'more' : 'less';
  return differenceUsd === 0
    ? ', the same'
    : `; ours is ${usdText(Math.abs(differenceUsd), 6)} ${sign}`;
}

/** Why the client's own figure is another one, as far as can be told. */
function clientReason(
  { client_cost_usd, cost_usd }: NonNullable<SessionExplanation['summary']>,
  copied: SessionExplanation['copied'],
): string[] {
  if (client_cost_usd === null) return [];
  const rest = client_cost_usd - cost_usd;
  if (Math.abs(rest) < SAME_USD) return [];
  const parentsUsd = copied.reduce((sum, copy) => sum + copy.session_cost_usd, 0);
  const parents = `a fork begins with the total of what it was forked from, ${usdText(parentsUsd, 6)} by now`;
  const hidden =
    'the client also counts requests that no transcript holds (titles, summaries), at its own prices';
  if (copied.length === 0) return [`             because ${hidden}.`];
  if (Math.abs(rest - parentsUsd) < SAME_USD)
    return [`             because ${parents}; with that the two agree.`];
  return [`             because ${parents}; and ${hidden}.`];
}

function clientModelText(client: SessionExplanation['client'], model: string): string {
  const usage = client?.['modelUsage'] as Record<string, { costUSD?: number }> | undefined;
  const costUsd = usage?.[model]?.costUSD;
  return costUsd === undefined ? '' : ` (the client: ${usdText(costUsd, 6)})`;
}

function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
