#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# examples.sh NAME -- run one example of the build under test and compare what
# it prints.  examples.sh --all-known fails if one has no case here;
# the main demo has tests of its own, test_throughput*.c.
set -u
programs=${QUERN_BUILD:?}/examples
output=$QUERN_BUILD/examples.output

fail()
{
	echo "$*"
	exit 1
}

# Standard input: all that the example $1 should print, with the rest of the
# arguments as its own.
prints()
{
	name=$1
	shift
	"$programs/$name" "$@" >"$output" 2>&1 || fail "$name: exit status $?:
$(cat "$output")"
	diff - "$output" || fail "$name: < expected, > printed"
}

case $1 in
squares) prints squares <<-'END' ;;
	the square of 7 is 49
	the square of 99999 is 9999800001
	all 100000 squares add up to 333328333350000
	END
own_kernel) prints own_kernel <<-'END' ;;
	837799 takes 524 steps
	END
cancel) prints cancel <<-'END' ;;
	loop: cancelled
	function: timed out
	END
backpressure) prints backpressure <<-'END' ;;
	16 jobs were accepted at first
	1000 of 1000 ran and completed once
	END
foreign_loop) prints foreign_loop <<-'END' ;;
	from 1 to 1000000, sum 500000500000, mean 500000.5
	END
timeline) prints timeline /dev/null <<-'END' ;;
	the square roots up to 499999 add up to 235701907
	END
--all-known)
	for source in examples/*.c; do
		name=$(basename "$source" .c)
		case $name in throughput*) continue ;; esac
		grep -q "^$name) " "$0" || fail "$source has no test in $0"
	done
	;;
*) fail "no such example: $1" ;;
esac
rm -f "$output"
