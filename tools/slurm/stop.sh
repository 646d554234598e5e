#!/usr/bin/env bash
# Ends what tools/slurm/start.sh started in FOLDER, with its jobs.
set -uo pipefail
folder=$(cd "$1" && pwd)
export SLURM_CONF="$folder/slurm.conf"
scancel --user="$(id -un)" --full --signal=KILL 2>/dev/null
scancel --user="$(id -un)" 2>/dev/null
for file in slurmd.pid slurmctld.pid munge/pid; do
  [ -s "$folder/$file" ] || continue
  pid=$(cat "$folder/$file")
  kill "$pid" 2>/dev/null || continue
  # Until it has written its last state, at most ten seconds; a dead process that nobody waits for counts as gone.
  for _ in $(seq 100); do
    grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$pid/status" || break
    sleep 0.1
  done
done
exit 0
