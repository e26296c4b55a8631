// Ends with 0 where the collector of this container answers. Whether it has read everything is told by /readyz, not here:
// a collector that reads for the first time is well.
const port = process.env.HALL_MONITOR_PORT || '9464';
try {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, {
    signal: AbortSignal.timeout(4_000),
  });
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
