/** Part of an answer of the model. */
export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly name: string; readonly input: object };

/** What the model answers once. */
export interface AnswerTurn {
  readonly blocks: readonly AnswerBlock[];
  /** Parts of the usage that are not the usual ones. */
  readonly usage?: Readonly<Record<string, unknown>>;
}

/** What the API answers in place of the model. */
export interface ErrorTurn {
  readonly status: number;
  readonly error: string;
}

/** One turn of a conversation as the stand-in plays it. */
export type Turn = AnswerTurn | ErrorTurn;

/** What a person does at a client that reads a stream, each thing after the one before. */
export interface InputStep {
  /** What the client must have said since the step before; nothing for at once. */
  readonly when?: 'tool_use' | 'result';
  /** How long to wait after that. */
  readonly waitMs?: number;
  readonly act: { readonly prompt: string } | 'interrupt' | 'end';
}

/** One start of the client. */
export interface ScenarioRun {
  /** What it is asked, or what a person does while it runs. */
  readonly input: string | readonly InputStep[];
  /** Whether it goes on with the session of the run before, or branches off from it. */
  readonly from?: 'resume' | 'fork';
  readonly model?: string;
  /** Tools that need no permission, with commas. */
  readonly allowedTools?: string;
}

/** What a client is asked, and what the model answers. */
export interface Scenario {
  readonly model: string;
  /** Turns of the main conversation; the last one is also every later one. */
  readonly main: readonly Turn[];
  /** Turns of subagents by a mark in what they are asked. */
  readonly agents: Readonly<Record<string, readonly Turn[]>>;
  readonly runs: readonly ScenarioRun[];
}

/** The model that scenarios use. */
export const MODEL = 'claude-sonnet-4-5-20250929';

/** Every prompt of a person has this in it, so that a subagent's is never taken for one. */
export const MAIN_MARK = 'MAIN-TASK';

/** A turn that only says something. */
export const says = (text: string): AnswerTurn => ({ blocks: [{ type: 'text', text }] });

/** A turn that uses one tool. */
export const uses = (name: string, input: object): AnswerTurn => ({
  blocks: [{ type: 'tool_use', name, input }],
});
