/** Every report there is. */
export const REPORT_KINDS = [
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'session',
  'project',
  'model',
  'tool',
  'file',
  'plan',
  'source',
] as const;

/** One of the reports. */
export type ReportKind = (typeof REPORT_KINDS)[number];
