import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDoctorHome, DOCTOR_NOW_MS, type DoctorHome } from '../../support/doctor-home.ts';

let home: DoctorHome;
let server: Server | undefined;
beforeEach(async () => {
  home = await createDoctorHome();
});
afterEach(() => {
  server?.close();
  server = undefined;
  home[Symbol.dispose]();
});

it('says nothing of exports where all of them get on', async () => {
  home.fill(() => undefined);
  expect(await home.area('exports')).toEqual([]);
});

it('counts what a far side refused for good, and says how to send it again', async () => {
  home.fill(({ db }) => {
    const refuse = db.prepare(
      `INSERT INTO export_dead_letter (exporter, seq, entry_id, revision, reason, body, refused_at_ms)
       VALUES ('clickhouse', ?, ?, 0, ?, '{}', ?)`,
    );
    refuse.run(1, 'req_1', 'Cannot parse.', DOCTOR_NOW_MS - 7_200_000);
    refuse.run(2, 'req_2', 'Out of range.', DOCTOR_NOW_MS - 3_600_000);
  });
  expect(await home.area('exports')).toEqual([
    'warning The far side of clickhouse refused 2 entries for good, the last 60 min ago: Out of range. -> hall-monitor export replay clickhouse',
  ]);
});

it('tells what a running collector warns of', async () => {
  const warnings = ['The exporter otlp-logs waits: Nobody answers.', 7];
  server = createServer((_request, response) => {
    response.writeHead(200).end(JSON.stringify({ ready: true, reasons: [], warnings }));
  });
  await new Promise<void>((resolve) => void server?.listen(home.port, '127.0.0.1', resolve));
  expect(await home.area('exports')).toEqual([
    'warning The exporter otlp-logs waits: Nobody answers.',
  ]);
});
