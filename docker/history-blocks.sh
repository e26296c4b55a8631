#!/bin/sh
# Before the first start of Prometheus: makes blocks of the history, once. POSIX sh, as the image of Prometheus has busybox.
# Ends with 0 whatever happens, for without a past everything else works.
set -u
folder=${1:-/history}
data=${2:-/prometheus}
file=$folder/history.om
new=$data/history-new

failed() {
  echo "$1 The dashboards begin with today; docs/stack.md tells how to try again." >&2
  exit 0
}

[ -e "$folder/done" ] && { echo 'The history is in Prometheus already.'; exit 0; }
# What was made whole and not moved yet is only moved; what was not made whole is made anew.
if [ ! -e "$new/whole" ]; then
  [ -e "$file" ] || failed 'There is no history.'
  rm -rf "$new"
  mkdir "$new" || failed 'Cannot write to the data of Prometheus.'
  if grep -q '^[^#]' "$file"; then
    promtool tsdb create-blocks-from openmetrics --max-block-duration=744h "$file" "$new" ||
      failed 'No blocks could be made of the history.'
  else
    echo 'There are no transcripts yet, so there is no history.'
  fi
  : >"$new/whole" || failed 'Cannot write to the data of Prometheus.'
fi
for block in "$new"/*/; do
  [ -e "${block}meta.json" ] || continue
  mv "$block" "$data/" || failed 'A block could not be moved.'
done
: >"$folder/done" || failed 'Cannot note that it is done.'
rm -rf "$new"
echo 'The history is in Prometheus.'
