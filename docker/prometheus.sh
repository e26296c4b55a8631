#!/bin/sh
# Starts Prometheus; where the collector wants a token it is given one, which a configuration cannot take from the environment.
set -eu
config=${CONFIG:-/etc/prometheus/prometheus.yml}
folder=${TMPDIR:-/tmp}

if [ -n "${HALL_MONITOR_TOKEN:-}" ]; then
  umask 077
  printf %s "$HALL_MONITOR_TOKEN" >"$folder/token"
  sed "s|^\( *\)- job_name: hall-monitor *\$|&\n\1  authorization:\n\1    credentials_file: $folder/token|" \
    "$config" >"$folder/prometheus.yml"
  grep -q credentials_file "$folder/prometheus.yml" || { echo "There is no job hall-monitor in $config." >&2; exit 1; }
  config=$folder/prometheus.yml
fi
unset HALL_MONITOR_TOKEN
exec prometheus --config.file="$config" "$@"
