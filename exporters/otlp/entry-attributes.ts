/** What of an entry may go out: numbers, and names from lists that are not free text. Paths and commands only with content. */
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import { isPlainName, modelName, plainName } from '../../src/records/plain-name.ts';
import { GEN_AI, OWN } from './names.ts';
import type { AttributeValue } from './span-draft.ts';

/** What depends on the configuration and on the store. */
export interface Telling {
  readonly hasContent: boolean;
  /** Short name of a project by its path. */
  readonly projectName: (path: string) => string;
}

/** Attributes that are still being put together. */
export type Draft = Record<string, AttributeValue>;

/** Texts of `data` that are names: who, which, why and how, never what was said, written or run. */
const NAMES: Readonly<Record<string, string>> = {
  message_id: GEN_AI.responseId,
  tool_use_id: GEN_AI.toolCallId,
  agent_id: GEN_AI.agentId,
  agent_type: GEN_AI.agentName,
  error_class: GEN_AI.errorType,
  request_id: OWN.requestId,
  requester: OWN.requester,
  cost_basis: OWN.costBasis,
  prompt_id: OWN.prompt,
  duration_source: OWN.toolDurationSource,
  stop_reason: 'hall_monitor.stop_reason',
  started_agent_id: 'hall_monitor.started_agent_id',
  speed: 'hall_monitor.speed',
  inference_geo: 'hall_monitor.inference_geo',
  service_tier: 'hall_monitor.service_tier',
  effort: 'hall_monitor.effort',
  prompt_source: 'hall_monitor.prompt_source',
  source: 'hall_monitor.start_source',
  reason: 'hall_monitor.reason',
  trigger: 'hall_monitor.trigger',
  error: 'hall_monitor.error',
  decision: 'hall_monitor.decision',
  mode: 'hall_monitor.mode',
  action: 'hall_monitor.action',
  change: 'hall_monitor.change',
  notification_type: 'hall_monitor.notification_type',
  memory_type: 'hall_monitor.memory_type',
  load_reason: 'hall_monitor.load_reason',
  expansion_type: 'hall_monitor.expansion_type',
  command_source: 'hall_monitor.command_source',
  model: 'hall_monitor.model',
  from_model: 'hall_monitor.from_model',
  to_model: 'hall_monitor.to_model',
  requested_model: 'hall_monitor.requested_model',
  time_source: 'hall_monitor.time_source',
  session_source: 'hall_monitor.session_source',
  plan_id: OWN.planId,
};

/** Told under names of the conventions already. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['thinking_tokens']);

/** Further values are cut here. */
const MAX_VALUES = 64;
const KEY = /^[a-z][a-z0-9_]{0,63}$/;

/** What every entry says of itself. */
export function addHead(draft: Draft, entry: MetricEntry, telling: Telling): void {
  draft[GEN_AI.session] = entry.session_id;
  draft[GEN_AI.conversation] = entry.session_id;
  draft[OWN.entry] = entry.id;
  draft[OWN.revision] = entry.revision;
  draft[OWN.source] = entry.source;
  addProject(draft, entry.project_path, telling);
}

/** The project's short name, and its path where content may go out. */
export function addProject(draft: Draft, path: string, telling: Telling): void {
  draft[OWN.project] = telling.projectName(path);
  if (telling.hasContent && path !== '') draft[OWN.projectPath] = path;
}

/** Model, tokens and cost. In the conventions input is all that was read, from the cache or not. */
export function addUsage(draft: Draft, { model, tokens, cost, data }: MetricEntry): void {
  if (model !== undefined) draft[GEN_AI.requestModel] = modelName(model);
  if (tokens !== undefined) {
    const { cache_read_input_tokens: read, cache_creation_input_tokens: written } = tokens;
    draft[GEN_AI.inputTokens] = tokens.input_tokens + read + written;
    draft[GEN_AI.outputTokens] = tokens.output_tokens;
    draft[GEN_AI.cacheReadTokens] = read;
    draft[GEN_AI.cacheCreationTokens] = written;
    const reasoning = data['thinking_tokens'];
    if (typeof reasoning === 'number' && reasoning > 0) draft[GEN_AI.reasoningTokens] = reasoning;
  }
  if (cost !== undefined) draft[OWN.cost] = cost.total;
}

/** Tool, how long it took, and whether it succeeded. */
export function addTool(draft: Draft, entry: MetricEntry): void {
  const { tool_name: tool, tool_duration_ms: durationMs, tool_success: success } = entry;
  if (tool !== undefined) draft[GEN_AI.toolName] = plainName(tool);
  if (typeof durationMs === 'number') draft[OWN.toolDuration] = durationMs;
  if (typeof success === 'boolean') draft[OWN.toolSuccess] = success;
}

/** Everything else that is known, under a name of the conventions or its own with `hall_monitor.` before it. */
export function addData(
  draft: Draft,
  data: Readonly<Record<string, unknown>>,
  hasContent: boolean,
): void {
  let left = MAX_VALUES;
  for (const name in data) {
    if (left <= 0) return;
    const value = data[name];
    const target = targetOf(name);
    if (target === null || !Object.hasOwn(data, name)) continue;
    const isTold =
      (typeof value === 'number' && Number.isFinite(value)) ||
      typeof value === 'boolean' ||
      (typeof value === 'string' && (hasContent || (target.isName && isPlainName(value))));
    if (!isTold) continue;
    left -= 1;
    draft[target.attribute] = value;
  }
}

/** What becomes of a name in `data`: the attribute, and whether texts in it are names. */
interface DataTarget {
  readonly attribute: string;
  readonly isName: boolean;
}

/** There are few names, but anybody can send further ones. */
const MAX_TARGETS = 1_000;
const targets = new Map<string, DataTarget | null>();

function targetOf(name: string): DataTarget | null {
  const remembered = targets.get(name);
  if (remembered !== undefined) return remembered;
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  const isTold = KEY.test(name) && !TOLD_ELSEWHERE.has(name);
  const target = isTold
    ? { attribute: known ?? `hall_monitor.${name}`, isName: known !== undefined }
    : null;
  if (targets.size < MAX_TARGETS) targets.set(name, target);
  return target;
}
