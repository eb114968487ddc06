#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# emulated.sh [TEST] -- what cannot be tested under qemu-user, and why.
#
# With the name of a test, what is left out of it, a line each.  Without: the
# list below, in which a line with a name alone leaves out the whole test.
# `emulated.sh names` prints what there is to run, without test_.
#
# `make check-aarch64 TESTS=process_calls` runs one of these all the same.
set -eu

left_out()
{
	cat <<-'END'
	# about the sources, not about a processor
	test_model
	test_package
	# qemu cannot look at memory without reading it (process_vm_readv)
	test_base what cannot be read is no crash
	test_arena
	test_arena_places
	test_arena_view
	test_arena_worker
	test_buffer
	test_mapping
	# qemu says yes to guard marks (MADV_GUARD_INSTALL), and there are none
	test_stack_guards below a stack lies a guard
	test_task_dump a handler can say whose stack overflowed
	# qemu keeps some signals to itself
	test_thread a thread takes no signal, and its creator those it took
	test_workers every signal is blocked in workers and none more elsewhere
	# the memory and the time of the process are qemu's as well
	test_many_tasks
	test_task_limit
	test_libgomp_facts_process helpers spin after a region unless told to be passive
	# the child of several threads may hang in qemu before it is a worker
	test_examples isolated finishes what does not crash
	test_process_calls
	test_process_crashes
	test_process_crashes_loops
	test_process_family
	test_process_faults
	test_process_flood
	test_process_garbage
	test_process_hosts
	test_process_keeper
	test_process_limits
	test_process_messages
	test_process_openmp
	test_process_options
	test_process_program
	test_process_spawn
	test_process_steps
	test_process_stops
	test_process_storm
	test_process_waits
	test_processes
	END
}

case ${1:-} in
names)
	for test in tests/test_*.c; do
		name=${test#tests/}
		left_out | grep -qx "${name%.c}" || echo "${name%.c}"
	done | sed 's/^test_//'
	;;
"")
	left_out | sed 's/^test_/    test_/; s/^# /left out: /'
	;;
*)
	left_out | sed -n "s/^$1 //p"
	;;
esac
