import { COLLECTOR_HEALTH } from './collector.ts';
import { DELIVERY } from './delivery.ts';
import { RECORDED } from './recorded.ts';
import type { Alert, AlertGroup, Recorded } from './rule.ts';
import { SPENDING } from './spending.ts';
import { TRUST } from './trust.ts';
import { WORK } from './work.ts';

/** Every alert there is, in the groups in which they are evaluated. */
export const ALERT_GROUPS: readonly AlertGroup[] = [
  SPENDING,
  WORK,
  TRUST,
  COLLECTOR_HEALTH,
  DELIVERY,
];

/** The same without their groups. */
export const ALERTS: readonly Alert[] = ALERT_GROUPS.flatMap(({ alerts }) => alerts);

/** Every series that is recorded. */
export const RECORDINGS: readonly Recorded[] = Object.values(RECORDED);
