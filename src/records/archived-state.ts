/**
 * What lines of the archive say beyond the public entry or plan event. Names are those of the columns, and what most rows
 * have is left out: a row built from a line is the row that the line was made of.
 */

/** Of every entry. */
export interface ArchivedEntry {
  /** Path of the origin that it is counted for, and its source where that is not the entry's own. */
  readonly owner: string;
  readonly owner_source?: string;
  readonly line: number;
  /** Absent where it is the API's own id alone. */
  readonly key?: string;
}

/** Of a request. */
export interface ArchivedRequest extends ArchivedEntry {
  /** Path of the origin whose usage counts, where it is another one; and its source, where that is another one. */
  readonly origin?: string;
  readonly origin_source?: string;
  readonly end_ms: number;
  readonly detail?: string;
}

/** Of a tool call. */
export interface ArchivedToolCall extends ArchivedEntry {
  readonly request_key?: string;
  readonly plan_path?: string;
  readonly plan_edit?: string;
  readonly prompt_id?: string;
  /** Absent where a transcript told of it: 0. */
  readonly call_rank?: number | null;
  readonly result_rank?: number | null;
  /** Absent where transcripts alone did: 1. */
  readonly seen?: number;
  readonly input_digest?: string;
  readonly permission_key?: string;
  readonly asked_at_ms?: number;
  readonly started_at_ms?: number;
}

/** Of an occurrence. */
export interface ArchivedOccurrence extends ArchivedEntry {
  readonly key: string;
  readonly scopes?: string;
  readonly aliases?: readonly string[];
  /** Where the public `data` does not give it back to the letter. */
  readonly data?: string;
  readonly agent_id?: string | null;
}

/** Of a plan event; the feature and the attempt by the name of the feature and the number of the attempt at it. */
export interface ArchivedPlanEvent {
  readonly key: string;
  readonly plan: string;
  readonly data: string;
  readonly file_at_ms: number;
  readonly session: string | null;
  readonly feature?: string;
  readonly attempt?: ArchivedAttemptName;
  readonly tool_call_key?: string;
}

/** Which attempt: within its plan nothing else has these three. */
export interface ArchivedAttemptName {
  readonly activation: number;
  readonly feature: string;
  readonly number: number;
}

/** Head of every line that tells of something as a whole. */
export interface ArchivedDocument {
  readonly id: string;
  /** That of the log's line. */
  readonly revision: number;
  readonly seq: number;
  readonly event_type: 'session' | 'origin' | 'copy' | 'collector' | 'plan';
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
}

/** An origin as others refer to it. */
export interface ArchivedOriginName {
  readonly source: string;
  readonly path: string;
}

/** A session: facts, agents and when it was busy, as each origin saw it. */
export interface ArchivedSession extends ArchivedDocument {
  readonly event_type: 'session';
  readonly session_id: string;
  readonly facts: readonly {
    readonly name: string;
    readonly value: string;
    readonly at_ms: number;
  }[];
  readonly agents: readonly {
    readonly agent_id: string;
    readonly agent_type: string | null;
    readonly tool_use_id: string | null;
    readonly parent_agent_id: string | null;
    readonly spawn_depth: number | null;
    readonly background: number | null;
  }[];
  readonly activity: readonly (ArchivedOriginName & { readonly stretches_ms: readonly number[] })[];
}

/** A file, spool or connection that records come from. */
export interface ArchivedOrigin extends ArchivedDocument, ArchivedOriginName {
  readonly event_type: 'origin';
  readonly former_paths: readonly string[];
  readonly session_id: string | null;
  readonly first_at_ms: number | null;
  readonly written_at_ms: number;
  readonly lines: number;
  readonly bytes: number;
  /**
   * How far it was read, and the line of the log up to which an archive has to reach for nothing before that position to be
   * missing; null while something was still to be told.
   */
  readonly position: string | null;
  readonly as_of_seq: number;
}

/** That a request stands in an origin too. */
export interface ArchivedCopy extends ArchivedDocument, ArchivedOriginName {
  readonly event_type: 'copy';
  readonly request_key: string;
}

/** What the collector counted that follows from nothing else. */
export interface ArchivedCollector extends ArchivedDocument {
  readonly event_type: 'collector';
  readonly hook_events: readonly {
    readonly event: string;
    readonly scope: string;
    readonly count: number;
    readonly last_at_ms: number;
  }[];
  /** Counts of what was read, by name and label, up to the line of the log as with origins. */
  readonly tallies: readonly (readonly [name: string, label: string, value: number])[];
  readonly as_of_seq: number;
}

/** One try at a feature. */
export interface ArchivedAttempt {
  readonly activation: number;
  readonly number: number;
  readonly started_at_ms: number;
  readonly inferred: number;
  readonly ended_at_ms: number | null;
  readonly outcome: string | null;
}

/** One feature of a plan. */
export interface ArchivedFeature {
  readonly generation: number;
  readonly name: string;
  readonly feature_id: string;
  readonly position: number;
  readonly description: string | null;
  readonly prompt_file: string | null;
  readonly detail: string;
  readonly status: string;
  readonly raw_status: string | null;
  readonly regressions: number;
  readonly regressed_from: string | null;
  readonly removed_at_ms: number | null;
  readonly attempts: readonly ArchivedAttempt[];
}

/** A plan with all that its manifests and checkouts showed. */
export interface ArchivedPlan extends ArchivedDocument {
  readonly event_type: 'plan';
  readonly key: string;
  readonly plan_name: string;
  readonly repository: string;
  readonly path: string;
  readonly location: string;
  readonly generation: number;
  readonly activation: number;
  readonly first_seen_ms: number;
  readonly activations: readonly {
    readonly number: number;
    readonly generation: number;
    readonly started_at_ms: number;
    readonly start_basis: string;
    readonly orchestrated: number;
    readonly orchestrated_at_ms: number | null;
    readonly completed_at_ms: number | null;
  }[];
  readonly features: readonly ArchivedFeature[];
  readonly checkouts: readonly {
    readonly path: string;
    readonly branch: string;
    readonly location: string;
    readonly last_location: string;
    readonly has_plan: number;
    readonly complete_mark: string | null;
    readonly manifest_modified_ms: number | null;
    /** Names of features and their status there. */
    readonly features: readonly (readonly [name: string, status: string])[];
    readonly folder_id: string | null;
    readonly switched_ms: number | null;
    readonly seen_at_ms: number;
  }[];
}
