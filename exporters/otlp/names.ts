/**
 * Every name that goes out in traces and logs. Those of `gen_ai` are in development and may change; they are the ones
 * of semantic conventions 1.45.0, the last version that lists them before they moved to a repository of their own.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';

/** Attributes of the conventions. */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  finishReasons: 'gen_ai.response.finish_reasons',
  conversation: 'gen_ai.conversation.id',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  toolType: 'gen_ai.tool.type',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  errorType: 'error.type',
  session: 'session.id',
  url: 'url.full',
} as const;

/** Attributes of our own. */
export const OWN = {
  span: 'hall_monitor.span',
  entry: 'hall_monitor.entry.id',
  revision: 'hall_monitor.entry.revision',
  project: 'hall_monitor.project',
  projectPath: 'hall_monitor.project.path',
  source: 'hall_monitor.source',
  category: 'hall_monitor.category',
  prompt: 'hall_monitor.prompt.id',
  cost: 'hall_monitor.cost_usd',
  costBasis: 'hall_monitor.cost_basis',
  final: 'hall_monitor.final',
  requester: 'hall_monitor.requester',
  requests: 'hall_monitor.requests',
  requestId: 'hall_monitor.request.id',
  toolDuration: 'hall_monitor.tool.duration_ms',
  toolSuccess: 'hall_monitor.tool.success',
  toolDurationSource: 'hall_monitor.tool.duration_source',
  background: 'hall_monitor.agent.background',
  planName: 'hall_monitor.plan.name',
  planId: 'hall_monitor.plan.id',
  planPath: 'hall_monitor.plan.path',
  planProject: 'hall_monitor.plan.project',
  planActivation: 'hall_monitor.plan.activation',
  featureId: 'hall_monitor.feature.id',
  featureDescription: 'hall_monitor.feature.description',
  featureStatus: 'hall_monitor.feature.status',
} as const;

/** Operations of the conventions, which the names of spans begin with. */
export const OPERATIONS = {
  request: 'chat',
  tool: 'execute_tool',
  agent: 'invoke_agent',
} as const;

/** Who answers requests. */
export const PROVIDER = 'anthropic';
/** What the main conversation's agent is called. */
export const MAIN_AGENT = 'claude-code';
/** Stands for a name that somebody gave and that is no plain name. */
const UNNAMED = 'other';

const PLAIN_NAME = /^[\w.:@+-]{1,128}$/;

/** Whether a text is a name and no sentence, path or command. */
export const isPlainName = (text: string): boolean => PLAIN_NAME.test(text);

/** A name as it may be told; one that could be anything else is not. */
export const plainName = (text: string): string => (isPlainName(text) ? text : UNNAMED);

/** A model's id, which may have the slashes of whoever serves it. */
export const modelName = (text: string): string =>
  /^[\w.:@+/[\]-]{1,128}$/.test(text) && !text.startsWith('/') ? text : UNNAMED;
