#!/bin/sh
# Before the first start: writes what the transcripts tell of the past, for history-blocks.sh to give to Prometheus.
# Ends with 0 whatever happens, for without a past everything else works.
set -u
folder=${1:-/history}
program=${HALL_MONITOR_PROGRAM:-/app/bin/hall-monitor.js}

if [ -e "$folder/done" ]; then
  # Prometheus is another user and cannot delete it.
  rm -f "$folder/history.om"
  echo 'The history is in Prometheus already.'
  exit 0
fi
rm -f "$folder/history.om" "$folder/draft.om"
# In two steps, as Prometheus is another user and must not see half a file. At every step, as a panel would else have gaps.
if node "$program" export openmetrics --out "$folder/draft.om" &&
  chmod 0644 "$folder/draft.om" && mv "$folder/draft.om" "$folder/history.om"; then
  exit 0
fi
rm -f "$folder/draft.om"
echo 'The history could not be written. The dashboards begin with today; docs/stack.md tells how to try again.' >&2
exit 0
