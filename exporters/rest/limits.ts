import { z } from 'zod';
import { LIMIT_WINDOW_NAMES } from '../../src/records/rate-limit.ts';
import { rateLimits } from '../../src/rollups/rate-limits.ts';
import { listOf } from './answers.ts';
import type { RestDeps } from './deps.ts';
import type { RouteSpec } from './route-spec.ts';
import { jsonRoute } from './route-spec.ts';

const limit = z.object({
  window: z.enum(LIMIT_WINDOW_NAMES),
  used_ratio: z
    .number()
    .nullable()
    .describe('The part that is used up, 1 for all of it; null once the window is over.'),
  resets_at: z.iso.datetime().describe('When the window begins anew.'),
  is_over: z.boolean().describe('Whether that moment has passed.'),
  told_at: z.iso.datetime().describe('Since when the status line of the session says so.'),
  session_id: z.string(),
});

/** `GET /api/limits`: how much of each rate limit of the subscription is used up. */
export function limitsRoute(deps: RestDeps): RouteSpec {
  return jsonRoute({
    path: '/api/limits',
    summary:
      'Rate limits of the subscription as a status line told them last; empty where none was told.',
    query: z.strictObject({}),
    answer: listOf(limit),
    respond: () => ({ data: rateLimits(deps.reader.db, deps.now()), next: null }),
  });
}
