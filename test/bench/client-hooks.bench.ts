import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { USUAL_EVENTS } from '../../receivers/hooks/events.ts';
import { type HookHandler, hookHandler } from '../../receivers/hooks/registration.ts';
import { Spool } from '../../receivers/hooks/spool.ts';
import { hookDisturbances, hookFirings } from '../support/client/client-totals.ts';
import { ensureClient } from '../support/client/installed-client.ts';
import { playScenario } from '../support/client/play-scenario.ts';
import { tour } from '../support/client/scenarios/tour.ts';
import { startStandInApi } from '../support/client/stand-in-api.ts';
import type { Bench, Figures } from './bench.ts';
import { median, rounded, withFolder } from './bench.ts';

type Variant = 'none' | 'noop' | 'ours';

/** What one tour took with one set of hooks. */
interface Tour {
  readonly wallMs: number;
  readonly firings: number;
  readonly disturbances: number;
}

const VARIANTS: readonly Variant[] = ['none', 'noop', 'ours'];

/** The real client on the same tour without hooks, with hooks that do nothing, and with ours, one after the other in one run. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    if (!ensureClient()) return { left_out: 'There is no Claude Code for this machine.' };
    const spool = join(folder, 'spool');
    new Spool(spool, 1024 * 1024).make();
    const rounds = isQuick ? 3 : 30;
    const tours: Record<Variant, Tour[]> = { none: [], noop: [], ours: [] };
    // The first round brings the program into memory and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (const variant of turned(VARIANTS, round)) {
        const taken = await takeTour(join(folder, 'stage'), settingsOf(variant, spool));
        if (round > 0) tours[variant].push(taken);
      }
      note(`round ${round} of ${rounds}`);
    }
    return { rounds, ...figures(tours) };
  });

/** Another order in every round, so that what comes after what weighs on all alike. */
const turned = <T>(list: readonly T[], by: number): readonly T[] => [
  ...list.slice(by % list.length),
  ...list.slice(0, by % list.length),
];

function settingsOf(variant: Variant, spool: string): object {
  if (variant === 'none') return {};
  const handlerOf = (event: string): HookHandler => {
    const handler = hookHandler(event, { kind: 'spool' }, { scope: 'user', spool });
    return variant === 'noop' ? ({ ...handler, command: ':' } as HookHandler) : handler;
  };
  return {
    hooks: Object.fromEntries(
      USUAL_EVENTS.map((event) => [event, [{ hooks: [handlerOf(event)] }]]),
    ),
  };
}

async function takeTour(folder: string, settings: object): Promise<Tour> {
  const stage = { home: join(folder, 'home'), workDir: join(folder, 'work') };
  mkdirSync(join(stage.home, '.claude'), { recursive: true });
  writeFileSync(join(stage.home, '.claude', 'settings.json'), JSON.stringify(settings));
  const scenario = tour(stage.workDir);
  const api = await startStandInApi(scenario);
  try {
    const ends = await playScenario(scenario, { ...stage, api });
    return {
      wallMs: ends.reduce((sum, { wallMs }) => sum + wallMs, 0),
      firings: hookFirings(api),
      disturbances: hookDisturbances(api).length,
    };
  } finally {
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figures(tours: Readonly<Record<Variant, readonly Tour[]>>): Figures {
  const wall = (variant: Variant): readonly number[] => tours[variant].map(({ wallMs }) => wallMs);
  const ratio = (ours: Variant, theirs: Variant): number =>
    rounded(median(wall(ours).map((ms, round) => ms / wall(theirs)[round]!)), 3);
  const difference = (ours: Variant, theirs: Variant): number =>
    rounded(median(wall(ours).map((ms, round) => ms - wall(theirs)[round]!)), 0);
  return {
    ...Object.fromEntries(
      VARIANTS.map((variant) => [`${variant}_wall_ms`, rounded(median(wall(variant)), 0)]),
    ),
    firings: median(tours.ours.map(({ firings }) => firings)),
    noop_ratio_to_none: ratio('noop', 'none'),
    ours_ratio_to_none: ratio('ours', 'none'),
    ours_ratio_to_noop: ratio('ours', 'noop'),
    noop_minus_none_ms: difference('noop', 'none'),
    ours_minus_none_ms: difference('ours', 'none'),
    ours_minus_noop_ms: difference('ours', 'noop'),
    /** Firings that printed something, failed or were cancelled; none should. */
    disturbing_firings: tours.ours.reduce((sum, { disturbances }) => sum + disturbances, 0),
  };
}
