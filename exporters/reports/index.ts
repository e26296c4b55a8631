import type { InstallablePusher } from '../../src/component.ts';

/** Settings of the report files. */
export interface ReportsConfig {
  /** Null: none are written. */
  readonly folder: string | null;
  /** Whether files that changed are added to the index of the repository they lie in. */
  readonly gitAdd: boolean;
}

/** The seven stats files and `sessions.json`, written anew while a collector runs. */
export const reports: InstallablePusher<ReportsConfig> = {
  name: 'reports',
  isWanted: ({ folder }) => folder !== null,
  create: async ({ folder, gitAdd }, deps) => {
    const { createReports } = await import('./reports.ts');
    return createReports({ folder: folder ?? '', gitAdd }, deps);
  },
};
