import { amount, own } from '../../src/records/foreign-value.ts';
import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import { pullRequestData, pullRequestKey, pullRequestUrl } from '../../src/records/pull-request.ts';
import type { MonitorRecord } from '../../src/records/record.ts';
import type { SessionFactName, SessionFactRecord } from '../../src/records/session.ts';
import type { LineContext } from './line-context.ts';

/** A line that `JSON.parse` made; everything in it is a stranger's. */
type Parsed = Readonly<Record<string, unknown>>;

const text = (value: unknown, maxLength = 512): string | null =>
  typeof value === 'string' ? value.slice(0, maxLength).toWellFormed() : null;

const fact = (at: LineContext, name: SessionFactName, value: string | null): SessionFactRecord[] =>
  value === null
    ? []
    : [{ kind: 'session_fact', sessionId: at.sessionId, name, value, atMs: at.atMs }];

const occurrence = (
  at: LineContext,
  key: string,
  type: OccurrenceRecord['type'],
  data: object,
): OccurrenceRecord => ({
  kind: 'occurrence',
  key,
  type,
  category: type === 'api_error' ? 'api' : type === 'pr_created' ? 'custom' : 'session',
  sessionId: at.sessionId,
  project: at.project,
  agentId: at.agentId,
  atMs: at.atMs,
  data: JSON.stringify(data),
  line: at.line,
  offsetBytes: at.offsetBytes,
});

type Decode = (line: Parsed, at: LineContext, lineId: string) => readonly MonitorRecord[];

const SYSTEM: Readonly<Record<string, Decode>> = {
  turn_duration: (line, at, lineId) => [
    occurrence(at, `turn:${lineId}`, 'turn_completed', {
      duration_ms: amount(own(line, 'durationMs')),
      messages: amount(own(line, 'messageCount')),
    }),
  ],
  compact_boundary: (line, at, lineId) => {
    const about = own(line, 'compactMetadata');
    return [
      occurrence(at, `compaction:${lineId}`, 'compaction', {
        trigger: text(own(about, 'trigger'), 64),
        pre_tokens: amount(own(about, 'preTokens')),
        post_tokens: amount(own(about, 'postTokens')),
        duration_ms: amount(own(about, 'durationMs')),
      }),
    ];
  },
  api_error: (line, at, lineId) => {
    const error = own(line, 'error');
    return [
      occurrence(at, `api_error:${lineId}`, 'api_error', {
        error: text(own(error, 'type') ?? own(error, 'name') ?? error, 64),
        status: amount(own(error, 'status')),
        retry_attempt: amount(own(line, 'retryAttempt')),
        max_retries: amount(own(line, 'maxRetries')),
        retry_in_ms: amount(own(line, 'retryInMs')),
      }),
    ];
  },
};

const COST_STATE_NUMBERS = [
  'totalCostUSD',
  'totalAPIDuration',
  'totalAPIDurationWithoutRetries',
  'totalToolDuration',
  'totalDuration',
  'totalLinesAdded',
  'totalLinesRemoved',
  'startTime',
] as const;
const MAX_MODELS = 64;

/** The client's own figures of a session, with nothing but known numbers and model names. */
const costState = (line: Parsed): string => {
  const numbers = COST_STATE_NUMBERS.map((name) => [name, amount(own(line, name))] as const);
  const usage = own(line, 'modelUsage');
  const models =
    typeof usage === 'object' && usage !== null ? Object.entries(usage).slice(0, MAX_MODELS) : [];
  const byModel = models.map(([model, figures]) => {
    const known =
      typeof figures === 'object' && figures !== null ? Object.entries(figures as Parsed) : [];
    return [
      model.slice(0, 200),
      Object.fromEntries(known.filter(([, value]) => amount(value) !== null)),
    ] as const;
  });
  return JSON.stringify({
    ...Object.fromEntries(numbers),
    modelUsage: Object.fromEntries(byModel),
    hasUnknownModelCost: own(line, 'hasUnknownModelCost') === true,
  });
};

const DECODERS: Readonly<Record<string, Decode>> = {
  system: (line, at, lineId) => {
    const subtype = text(own(line, 'subtype'), 64) ?? '';
    return Object.hasOwn(SYSTEM, subtype) ? SYSTEM[subtype]!(line, at, lineId) : [];
  },
  'pr-link': (line, at) => {
    const url = pullRequestUrl(own(line, 'prUrl'));
    if (url === null) return [];
    const data = pullRequestData(url, {
      number: amount(own(line, 'prNumber')),
      repository: text(own(line, 'prRepository')),
      branch: at.gitBranch,
    });
    return [occurrence(at, pullRequestKey(at.sessionId, url), 'pr_created', data)];
  },
  'ai-title': (line, at) => fact(at, 'ai_title', text(own(line, 'aiTitle'))),
  'custom-title': (line, at) => fact(at, 'custom_title', text(own(line, 'customTitle'))),
  summary: (line, at) => fact(at, 'summary_title', text(own(line, 'summary'))),
  'agent-name': (line, at) => fact(at, 'agent_name', text(own(line, 'agentName'))),
  'permission-mode': (line, at) =>
    fact(at, 'permission_mode', text(own(line, 'permissionMode'), 64)),
  'cost-state': (line, at) => fact(at, 'cost_state', costState(line)),
};

/** Whether lines of this type are understood by {@link decodeMetadata}. */
export const isMetadata = (type: string): boolean => Object.hasOwn(DECODERS, type);

/** Understands the lines that are few: system notes, titles, pull requests and the client's own cost. */
export const decodeMetadata = (
  type: string,
  json: string,
  at: LineContext,
  lineId: string,
): readonly MonitorRecord[] => {
  const line: unknown = JSON.parse(json);
  return typeof line === 'object' && line !== null
    ? DECODERS[type]!(line as Parsed, at, lineId)
    : [];
};
