import { prometheus } from './prometheus/index.ts';
import { rest } from './rest/index.ts';

/** Every exporter there is. */
export const exporters = [prometheus, rest] as const;
