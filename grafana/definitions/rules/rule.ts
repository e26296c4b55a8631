/** A series that Prometheus computes for itself at each evaluation. */
export interface Recorded {
  /** `hall_monitor:<what>:<how>`. */
  readonly name: string;
  readonly expr: string;
  /** What it is, as one sentence. */
  readonly help: string;
}

/** How an alert refers to what is recorded: by name, or by what it is computed from. */
export type Read = (recorded: Recorded) => string;

/** Something that somebody ought to be told. */
export interface Alert {
  /** In capitals and small letters; both outputs and the documentation call it so. */
  readonly name: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** PromQL of the number that decides; no series where there is nothing to decide. */
  readonly value: (read: Read) => string;
  /** It fires while the value lies beyond this. */
  readonly fires: { readonly above: number } | { readonly below: number };
  /** How long that must last, in minutes. */
  readonly forMinutes: number;
  readonly summary: string;
  /** With values as Prometheus writes them: `{{ $value | humanize }}`, `{{ $labels.project }}`. */
  readonly description: string;
  /** What it means and how the value comes about, for the documentation. */
  readonly means: string;
  /** What to do, for the documentation. */
  readonly doNext: string;
  /** Whether a query that fails is worth an alert of its own; one such rule is enough. */
  readonly tellsOfFailedQueries?: boolean;
}

/** Alerts that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  /** Heading in the documentation. */
  readonly title: string;
  readonly alerts: readonly Alert[];
}

/** The rule file's own way: what is recorded has a name. */
export const byName: Read = ({ name }) => name;

/** For whoever has only the metrics: what is recorded is computed again. */
export const inPlace: Read = ({ expr }) => `(${expr})`;
