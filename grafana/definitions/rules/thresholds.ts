/**
 * Where alerts begin. Change them here and run `npm run alerts`; docs/alerts.md says how to without this repository.
 */
export const THRESHOLDS = {
  /** Part of the day's budget. */
  budgetNearlySpent: 0.8,
  budgetSpent: 1,
  /** Part of the day's budget in one hour: at 0.5 it is gone in two. */
  budgetPerHour: 0.5,
  /** USD per hour, where the day has no budget. */
  spendPerHour: 20,
  /** Part of the calls of a tool in a project within an hour, and how many there must be. */
  toolFailures: 0.5,
  toolCallsAtLeast: 20,
  /** Part of tool calls and prompts that both hooks and transcripts told of, and how many there must be. */
  agreement: 0.95,
  agreementRecordsAtLeast: 50,
  /** Part of the client's own cost, and USD, by which ours may differ. */
  costDifference: 0.01,
  costDifferenceUsd: 0.1,
  /** Entries that could not be used within an hour, by reason. */
  rejects: 20,
  /** Part of a rate limit. */
  limitUsed: 0.9,
  /** Part of a rate limit from which on its end is foretold, and part of its window that must be over. */
  limitPaceFrom: 0.5,
  limitElapsed: 0.2,
  /** Seconds from a write to its being stored. */
  ingestLag: 60,
  /** Seconds without a word from transcripts while hooks tell of work, and how much work. */
  transcriptsSilent: 900,
  hookEventsAtLeast: 5,
  /** Payloads in the spool. */
  spool: 50,
  /** Failed reads within a quarter of an hour. */
  readErrors: 10,
  /** Seconds without progress of an exporter that has something to send. */
  exporterStalled: 900,
  /** Seconds that a scrape takes; it is given up after ten. */
  scrape: 5,
} as const;
