/** Metrics that Prometheus itself keeps about what it scrapes. */
const OWN = {
  up: 'up',
  scrapeDuration: 'scrape_duration_seconds',
  scrapeSamples: 'scrape_samples_scraped',
  scrapeSeriesAdded: 'scrape_series_added',
} as const;

/** Names of Prometheus's own metrics that are used. */
export const OWN_NAMES: readonly string[] = Object.values(OWN);

/** The job of Hall Monitor in the configuration of Prometheus. */
export const JOB = 'hall-monitor';

/** A metric of Prometheus itself about the collectors it scrapes. */
export function ofScrapes(key: keyof typeof OWN): string {
  return `${OWN[key]}{job="${JOB}",instance=~"$host"}`;
}
