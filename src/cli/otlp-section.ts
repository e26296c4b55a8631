import type { OtlpConfig } from '../../exporters/otlp/config.ts';
import type { Config } from '../config/schema.ts';

/** What the exporters of OTLP are told: their section, where this program itself is reached, and what was passed over. */
export const otlpSection = (
  { otlp, host, port, allowedHosts }: Config,
  warnings: readonly string[] = [],
): OtlpConfig => ({ ...otlp, own: { host, port, allowedHosts }, warnings });
