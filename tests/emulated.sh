#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# emulated.sh [TEST] -- what cannot be tested under qemu-user, and why.
#
# With the name of a test, the sentences in it that are left out; a whole test
# has none.  `emulated.sh names` prints those of the tests that are run, without
# test_, `emulated.sh left-out` the list below.
set -eu

left_out()
{
	cat <<-'END'
	# no part of the library for this processor, but about the sources
	test_model
	test_package
	END
}

case ${1:-left-out} in
names)
	for test in tests/test_*.c; do
		name=${test#tests/}
		left_out | grep -qx "${name%.c}" || echo "${name%.c}"
	done | sed 's/^test_//'
	;;
left-out)
	left_out | sed 's/^# /Left out: /; s/^test_/    test_/'
	;;
*)
	left_out | sed -n "s/^$1 //p"
	;;
esac
