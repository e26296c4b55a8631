import { closeSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFollower, type Follower } from '../../src/cli/follower.ts';
import { STORE_FILE } from '../../src/store/open.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const NINE_MS = Date.UTC(2026, 10, 20, 9);

let home = '';
let store: StoreFixture;

/** A request with its line in the log. */
function record(into: StoreFixture, session = 'one'): void {
  into.request({ session, atMs: NINE_MS });
  into.db.exec('INSERT INTO event (kind, ref, revision) SELECT 0, max(id), 0 FROM request');
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-follow-'));
  store = createStoreFixture(join(home, STORE_FILE));
});

function follow(): Follower {
  const follower = createFollower(home);
  onTestFinished(() => {
    follower.close();
    store.db.close();
    rmSync(home, { recursive: true });
  });
  return follower;
}

describe('following a store', () => {
  it('tells what was there, as much of it as was asked for, and then only what is new', () => {
    for (let count = 0; count < 5; count += 1) record(store);
    const follower = follow();
    expect(follower.last({ lines: 3 })).toHaveLength(3);
    expect(follower.last({ lines: 0 })).toHaveLength(0);
    expect(follower.next()).toEqual([]);
    record(store, 'two');
    expect(follower.next().map((one) => one.kind === 'metric' && one.entry.session_id)).toEqual([
      'two',
    ]);
    expect(follower.next()).toEqual([]);
  });

  it('goes on in the store that takes the place of the one it followed', () => {
    record(store);
    const follower = follow();
    renameSync(join(home, STORE_FILE), join(home, 'aside.db'));
    expect(follower.next()).toEqual([]);
    closeSync(openSync(join(home, STORE_FILE), 'w'));
    expect(follower.next()).toEqual([]);
    const rebuilt = createStoreFixture(join(home, STORE_FILE));
    record(rebuilt);
    expect(follower.next()).toEqual([]);
    record(rebuilt, 'new');
    expect(follower.next()).toHaveLength(1);
    rebuilt.db.close();
  });
});
