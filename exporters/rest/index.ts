import type { Installable } from '../../src/component.ts';
import { contextRoute, filesRoute, sourcesRoute, toolsRoute } from './activity.ts';
import { aggregationsRoute } from './aggregations.ts';
import { costsRoute } from './costs.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import { restConfig } from './deps.ts';
import { entriesRoute } from './entries.ts';
import { exportRoute } from './export.ts';
import { limitsRoute } from './limits.ts';
import { createLive } from './live.ts';
import { openApiRoute } from './openapi.ts';
import { messagesRoute } from './messages.ts';
import { plansRoutes } from './plans.ts';
import type { RouteSpec } from './route-spec.ts';
import { routesOf } from './route-spec.ts';
import { sessionRoute, sessionsRoute } from './sessions.ts';

/** The REST interface and the live stream. */
export const rest: Installable<RestConfig, RestDeps> = {
  name: 'rest',
  config: restConfig,
  create: (config, deps) => {
    const live = createLive(deps, config.sse);
    deps.gauges.offer('hall_monitor_sse_clients', live.clients);
    const specs: readonly RouteSpec[] = [
      entriesRoute(deps, config),
      aggregationsRoute(deps, config),
      costsRoute(deps, config),
      exportRoute(deps, config),
      sessionsRoute(deps, config),
      sessionRoute(deps, config),
      messagesRoute(deps),
      toolsRoute(deps, config),
      filesRoute(deps, config),
      contextRoute(deps),
      sourcesRoute(deps, config),
      limitsRoute(deps),
      ...plansRoutes(deps, config),
      ...live.routes,
    ];
    return {
      name: 'rest',
      routes: [...routesOf(specs), openApiRoute(specs, deps.version)],
      run: live.run,
    };
  },
};
