/**
 * The worked cases whose point is which transcript lines are one response.
 *
 * Pricing alone sees only their final usage; reading their lines, grouping them and arriving at `expected_usd` is for
 * the tests of the pipeline.
 */
export const linesArePipelineWork: readonly string[] = [
  'streamed lines: highest output wins',
  'resumed session copies the line into another file',
  '/btw sidechain replays the parent message with another requestId',
  'gateway id repeated in two sessions is two calls',
  'mid-stream model fallback: whole last line counts',
];
