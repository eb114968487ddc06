#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# mutants.sh -- does a test name what is missing when a wake-up, an order or the
# return of a permit is taken out?
#
# Each row breaks one line, of a copy of the sources, and names the suite and
# the test that must fail then.  A test that no longer ends has failed as well.
#
# mutants.sh [WORD] takes only the rows in which WORD occurs.
set -u
home=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export QUERN_TEST_SECONDS=5
status=0 rows=0

for part in Makefile include src kernels bigint tests examples bench; do
	cp -a "$home/$part" "$work" || exit
done
cd "$work" || exit

# The folder of a suite's programs.
folder_of()
{
	make -s SAN="$1" print-build
}

# The test passes: 0, fails: 1, cannot be built: 2
try()
{
	make -s -j2 SAN="$1" "$2/tests/test_$3" >out 2>&1 || return 2
	sh tests/run.sh "$2/tests/test_$3" >out 2>&1
}

# $1 what is missing, $2 suite, $3 test, $4 file, $5 what sed does to it
mutant()
{
	folder=$(folder_of "$2")
	cp "$4" kept
	sed -i "$5" "$4"
	if cmp -s "$4" kept; then
		echo "  FAIL  $1: nothing in $4 to break"
		status=1
		return
	fi
	try "$2" "$folder" "$3"
	case $? in
	0) echo "  FAIL  $1: $3 does not notice" && status=1 ;;
	1) echo "  ok    $1: $3 ($2)" ;;
	*) echo "  FAIL  $1: cannot be built" && cat out && status=1 ;;
	esac
	cp kept "$4"
}

while IFS='|' read -r what suite test file script; do
	case $what in '' | '#'*) continue ;; esac
	case "$what $suite $test $file" in *"${1-}"*) ;; *) continue ;; esac
	rows=$((rows + 1))
	mutant "$what" "$suite" "$test" "$file" "$script" </dev/null
done <<'END'
# A wake-up less.
the wake of a sleeping worker|plain|idle|src/idle.c|s/quern__futex_wake(&pool->wake_word, 1);/;/
the wake of who waits in quern_run()|plain|sync_wait|src/sync.c|s/quern__futex_wake(word, 1);/;/
the wake of who waits for permits|plain|permit_line|src/permit.c|s/quern__futex_wake(served\[i\], 1);/;/
the wake of all workers at the end|plain|pool|src/pool.c|s/quern__futex_wake(&pool->wake_word, INT_MAX);/;/
the wake of the leader of a lane|plain|lane|src/lane.c|s/quern__futex_wake(&leader->word, 1);/;/
the ring of a loop whose first end came|plain|loop|src/deliver.c|/^quern__deliver_push/,/^}/s/quern__front_ring(loop);/;/
the ring when the last hold is given up|plain|hold|src/front.c|s/quern__front_ring(loop);.*/;/
# A permit is not given back.
the permit of a worker that sleeps|plain|workers|src/idle.c|/^sleep_counted_locked/,/^}/s/quern__permits_give(1);/;/
the permit of a worker that ends|plain|workers|src/worker.c|s/quern__permits_give(1);/;/
the permits of a caller's team|plain|omp|src/omp.c|s/quern__permits_give(permits);/;/
the permit of a blocking caller|plain|lane|src/sync.c|s/quern__permits_give(permits);/;/
the permits of a lane|plain|lane|src/lane.c|s/quern__permits_give(self->team);/;/
# A release less: the thread sanitizer sees what is no longer handed over.
the release of a job's move|thread|lane_ends|src/job.h|/^quern__job_move/,/^}/s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of a job that is given back|thread|room_threads|src/job.c|/^quern__job_unclaim/,/^}/s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of a job's end|thread|progress|src/job.c|s/QUERN__MAGIC . QUERN__DONE, __ATOMIC_RELEASE/QUERN__MAGIC \| QUERN__DONE, __ATOMIC_RELAXED/
the release of what is registered|thread|registry_threads|src/process/registry.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release to who waits in quern_run()|thread|sync|src/sync.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release to who waits for permits|thread|engine|src/permit.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of a mailbox|thread|await|src/mailbox.h|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of who leaves a loop|thread|last_touch|src/deliver.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of who has submitted|thread|last_touch|src/submit.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of a place in the pool|thread|last_touch|src/accounts.c|s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
the release of a group's loop|thread|progress|src/group.c|/^set_loop/,/^}/s/__ATOMIC_RELEASE/__ATOMIC_RELAXED/
END
test $rows -gt 0 || {
	echo "  FAIL  no such row"
	status=1
}
exit $status
