#!/bin/bash
# Runs one case of the inference worker's tests: check.sh CASE PROGRAM DIRECTORY
# Each case is a function below; it works in DIRECTORY, which is emptied first.

set -u
case_name=$1
program=$2
work=$3

rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

fail() {
  echo "FAILED: $1"
  echo "--- what the program printed:"
  cat log
  exit 1
}

# run EXPECTED_EXIT_CODE ARGUMENT...: runs the program on ./out, output into ./log.
run() {
  local expected=$1
  shift
  "$program" --out out "$@" >log 2>&1
  local code=$?
  [ "$code" -eq "$expected" ] || fail "exit code $code, expected $expected"
}

says() { grep -q -- "$1" log || fail "the output lacks '$1'"; }

spool_is_empty() { [ -z "$(ls out/spool)" ] || fail "jobs are left in the spool: $(ls out/spool)"; }

# flip_byte FILE OFFSET: turns one byte into another.
flip_byte() {
  local old
  old=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\x$(printf %x $(((old + 1) % 256)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

all_images_are_classified() {
  run 0 --report
  says 'of 10000 images'
  says 'images/s'
  local percent
  percent=$(sed -n 's/^accuracy: \([0-9]*\)\.[0-9]* % of 10000 images$/\1/p' log)
  [ "${percent:-0}" -ge 90 ] || fail "accuracy below 90 %"
  spool_is_empty
  grep -q '</html>' out/report.html || fail "no whole report.html"
  ! grep -Eq '(src|href)="?(https?:)?//' out/report.html || fail "report.html loads something from elsewhere"
}

a_corrupt_image_costs_its_job_alone() {
  run 0 --images 1000 --fill
  flip_byte out/images/images-0003.bin 5000
  run 3
  says 'image 306 in out/images/images-0003.bin is corrupt'
  says '1 job was given up'
  says 'of [0-9]* images'
  spool_is_empty
  ! grep -q '"image": 306,' out/results/*.json || fail "the corrupt image was classified"
  grep -q '"image": 999,' out/results/*.json || grep -q '"image": 998,' out/results/*.json ||
    fail "other jobs were not done"
}

a_job_that_makes_no_sense_costs_itself_alone() {
  run 0 --images 500 --fill
  echo '17 banana' >out/spool/job-00000.job
  run 3
  says "job-00000: 'banana' is none of the images 0 to 9999"
  says '1 job was given up'
  says 'of 500 images'
  spool_is_empty
}

a_missing_directory_is_named() {
  run 1 --data nowhere
  says 'nowhere/t10k-images-idx3-ubyte.gz is missing'
  says 'apt install dataset-fashion-mnist'
  [ "$(wc -l <log)" -eq 1 ] || fail "more than one line"
}

a_full_disk_is_named_and_loses_no_job() {
  run 0 --images 2000 --fill
  local jobs first
  jobs=$(ls out/spool | wc -l)
  first=$(ls out/spool | head -n 1)
  # The result is first written to a neighbour: a device that is always full.
  ln -s /dev/full "out/results/${first%.job}.json.part"
  run 1
  says "can't write out/results/${first%.job}.json: No space left on device"
  [ "$(find out/spool out/results -name '*.job' -o -name '*.json' | wc -l)" -eq "$jobs" ] || fail "a job was lost"
  run 0
  says 'of 2000 images'
  spool_is_empty
}

a_file_size_limit_is_named() {
  (ulimit -f 16 && run 1 --fill) || exit 1
  says "can't write out/images/images-0000.bin: File too large"
}

a_taken_job_is_taken_again() {
  run 0 --images 500 --fill
  local first
  first=$(ls out/spool | head -n 1)
  mv "out/spool/$first" "out/spool/${first%.job}.taken"
  run 0
  says 'of 500 images'
  spool_is_empty
}

queue=sqlite:out/jobs.sqlite

a_queue_in_a_file_is_worked_on() {
  mkdir out
  run 0 --queue "$queue" --images 1000
  says 'of 1000 images'
  run 0 --queue "$queue" --images 500
  says 'of 500 images'
  [ ! -e out/spool ] || fail "a spool was made"
}

a_killed_worker_s_jobs_are_done_by_the_next() {
  mkdir out
  run 0 --queue "$queue" --fill
  # Any moment will do: before the first job, in the middle, or after the last.
  timeout -s KILL 0.25 "$program" --out out --queue "$queue" >log 2>&1
  run 0 --queue "$queue"
  says 'of 10000 images'
}

a_queue_on_a_redis_server_is_worked_on() {
  mkdir out
  # Debian's redis-tools holds the server as the program that checks its files; what it is called decides.
  local server=/usr/bin/redis-server socket ready server_id
  [ -x "$server" ] || server=/usr/bin/redis-check-rdb
  socket=$(mktemp -u /tmp/penstock-check-XXXXXX.sock)
  mkfifo ready
  setpriv --pdeathsig KILL bash -c 'exec -a redis-server "$0" --port 0 --unixsocket "$1" --save ""' \
    "$server" "$socket" >ready 2>&1 &
  server_id=$!
  exec 5<ready
  while read -r ready <&5 && [[ $ready != *eady\ to\ accept* ]]; do :; done
  run 0 --queue "unix://$socket?forgetful=yes#images" --images 1000
  says 'of 1000 images'
  run 0 --queue "unix://$socket?forgetful=yes#images" --images 500
  says 'of 500 images'
  kill "$server_id"
}

an_unknown_kind_of_queue_is_refused() {
  run 1 --queue mongo:here
  says "not 'mongo:here'"
}

wrong_weights_are_refused() {
  echo 'no weights' >other.bin
  run 1 --weights other.bin
  says 'other.bin is not a weights file'
}

"$case_name"
echo "$case_name: ok"
