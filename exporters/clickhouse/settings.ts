/** How rows get into ClickHouse: the section `clickhouse` of the configuration, checked. */
export interface ClickHouseSettings {
  readonly url: string | null;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  readonly migrate: boolean;
  readonly cluster: string | null;
  readonly replicated: boolean;
  readonly ttlDays: number;
  readonly batchRows: number;
  readonly lingerMs: number;
  readonly backlogRows: number;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly anonymous: boolean;
  readonly content: boolean;
  readonly compression: 'auto' | 'on' | 'off';
  readonly asyncInsert: boolean;
  readonly allowHttp: boolean;
}
