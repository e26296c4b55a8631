/** One piece of a message. */
export interface MessagePart {
  readonly kind: 'text' | 'thinking' | 'tool_use' | 'tool_result' | 'other';
  /** What is said; of a result what the tool answered; of what cannot be shown what it is. */
  readonly text: string;
  /** Name of the tool that is called. */
  readonly tool: string | null;
  readonly tool_use_id: string | null;
  /** What the tool is called with. */
  readonly input: unknown;
  readonly is_error: boolean;
}

/** One line of a conversation. */
export interface ConversationMessage {
  /** Number of the line among all that are kept; null for one that is read from its transcript. */
  readonly sequence: number | null;
  /** ISO 8601, UTC; null where the line has no time. */
  readonly at: string | null;
  readonly role: 'user' | 'assistant' | 'system' | 'summary';
  readonly thread: 'main' | 'subagent';
  readonly agent_id: string | null;
  readonly model: string | null;
  readonly message_id: string | null;
  readonly uuid: string | null;
  readonly parent_uuid: string | null;
  /** Whether the client wrote it, in the name of the user. */
  readonly is_meta: boolean;
  readonly parts: readonly MessagePart[];
}

/** A stretch of a conversation, oldest first. */
export interface ConversationPage {
  readonly session_id: string;
  readonly messages: readonly ConversationMessage[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

/** Which stretch is wanted. */
export interface ConversationQuery {
  /** Session id, or the beginning of one. */
  readonly session: string;
  readonly cursor: string | null;
  readonly limit: number;
}

/** Conversations as they were kept. */
export interface Conversations {
  /** Whether any are kept at all. */
  readonly areKept: () => boolean;
  /**
   * A page; undefined where nothing is kept of such a session.
   *
   * @throws InputError when the beginning of an id fits several, or the cursor is none.
   */
  readonly page: (query: ConversationQuery) => ConversationPage | undefined;
}
