/**
 * Ids that the API itself makes are unique for ever; what gateways make (`chatcmpl-1`, short ones) repeats from session
 * to session.
 */
const GLOBAL_MESSAGE_ID = /^msg_[A-Za-z0-9_]{16,}$/;
const GLOBAL_TOOL_USE_ID = /^(?:srv)?toolu_[A-Za-z0-9_]{16,}$/;

/**
 * Identity of an API request: its message id, alone where the API made it, else within its session; where there is
 * none, the line that tells of it.
 */
export const requestKey = (messageId: string | null, sessionId: string, lineId: string): string => {
  if (messageId === null || messageId === '') return `line:${lineId}`;
  return GLOBAL_MESSAGE_ID.test(messageId) ? messageId : `${sessionId}:${messageId}`;
};

/** Identity of a tool call: its `tool_use_id`, alone where the API made it, else within its session. */
export const toolCallKey = (toolUseId: string, sessionId: string): string =>
  GLOBAL_TOOL_USE_ID.test(toolUseId) ? toolUseId : `${sessionId}:${toolUseId}`;

/** Message id that a request's key was made of; null where it had none. */
export const messageIdOf = (key: string): string | null =>
  key.startsWith('line:') ? null : key.slice(key.indexOf(':') + 1);

/** `tool_use_id` that a tool call's key was made of. */
export const toolUseIdOf = (key: string): string => key.slice(key.indexOf(':') + 1);
