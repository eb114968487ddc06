#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# examples.sh NAME -- run one example of the build under test and compare what
# it prints.  examples.sh --all-known fails if one has no case here;
# the main demo has tests of its own, test_throughput*.c.
set -u
programs=${QUERN_BUILD:?}/examples
emulator=${QUERN_EMULATOR:-} # run.sh
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
	$emulator "$programs/$name" "$@" >"$output" 2>&1 || fail "$name: exit status $?:
$(cat "$output")"
	diff - "$output" || fail "$name: < expected, > printed"
}

# Files for files, the folder "$QUERN_BUILD/numbers".
make_numbers()
{
	mkdir -p "$QUERN_BUILD/numbers" && cd "$QUERN_BUILD/numbers" || exit
	seq 1000 >thousand
	echo "0.5 -3 1e3" >three
	: >empty
	echo "1 2 many" >words
	cd - >/dev/null || exit
}

case $1 in
count)
	# Whatever it took, it was no shorter than one sleep.
	$emulator "$programs/count" 0.05 >"$output" 2>&1 || fail "count: exit status $?"
	test "$(sed '$d' "$output" | tr '\n' ' ')" = \
	    "One One One Two Two Two " || fail "count: $(cat "$output")"
	sed -n '$p' "$output" | awk '
	    /^done in [0-9]+\.[0-9][0-9] s$/ && $3 >= 0.05 { fine = 1 }
	    END { exit !fine }' || fail "count: $(cat "$output")"
	;;
files)
	make_numbers
	cd "$QUERN_BUILD/numbers" || exit
	$emulator ../examples/files thousand three none empty words >../examples.output
	test $? -eq 1 || fail "files: it should exit with 1"
	cd - >/dev/null || exit
	# In the order of completion: any.
	sort "$output" | diff - /dev/fd/3 3<<-'END' || fail "files: > expected"
	empty: 0 numbers, sum 0
	none: No such file or directory
	thousand: 1000 numbers, sum 500500
	three: 3 numbers, sum 997.5
	words: not all of it is numbers
	END
	rm -r "$QUERN_BUILD/numbers"
	;;
powers)
	test -x "$programs/powers" || {
		echo "left out: GMP is not installed (make deps)"
		exit 0
	}
	prints powers <<-'END' ;;
	2^1      has      1 digits: 2
	2^2      has      1 digits: 4
	2^4      has      2 digits: 16
	2^8      has      3 digits: 256
	2^16     has      5 digits: 65536
	2^32     has     10 digits: 4294967296
	2^64     has     20 digits: 184467440737...
	2^128    has     39 digits: 340282366920...
	2^256    has     78 digits: 115792089237...
	2^512    has    155 digits: 134078079299...
	2^1024   has    309 digits: 179769313486...
	2^2048   has    617 digits: 323170060713...
	2^4096   has   1234 digits: 104438888141...
	2^8192   has   2467 digits: 109074813561...
	2^16384  has   4933 digits: 118973149535...
	2^32768  has   9865 digits: 141546103104...
	2^65536  has  19729 digits: 200352993040...
	2^131072 has  39457 digits: 401413218203...
	2^262144 has  78914 digits: 161132571748...
	2^524288 has 157827 digits: 259637056783...
	END
squares_await) prints squares_await <<-'END' ;;
	the square of 7 is 49
	the square of 99999 is 9999800001
	all 100000 squares add up to 333328333350000
	END
server) ;; # test_server.c
fetch) ;;  # test_fetch.c
database)
	test -x "$programs/database" || {
		echo "left out: sqlite3 is not installed (make deps)"
		exit 0
	}
	rm -f "$QUERN_BUILD/weather.db"
	for file in none whole empty; do
		test $file != empty || : >"$QUERN_BUILD/weather.db"
		prints database "$QUERN_BUILD/weather.db" <<-'END'
	station 0: 20000 rows, from 0.000 to 19.999, mean 9.9995
	station 1: 20000 rows, from 1.000 to 20.999, mean 10.9995
	station 2: 20000 rows, from 2.000 to 21.999, mean 11.9995
	station 3: 20000 rows, from 3.000 to 22.999, mean 12.9995
	station 4: 20000 rows, from 4.000 to 23.999, mean 13.9995
	station 5: 20000 rows, from 5.000 to 24.999, mean 14.9995
	station 6: 20000 rows, from 6.000 to 25.999, mean 15.9995
	station 7: 20000 rows, from 7.000 to 26.999, mean 16.9995
	the loop came round meanwhile
		END
	done
	echo "no database, whatever it is called" >"$QUERN_BUILD/weather.db"
	$emulator "$programs/database" "$QUERN_BUILD/weather.db" >"$output" 2>&1
	test $? -eq 1 || fail "database: it should exit with 1"
	echo "database: $QUERN_BUILD/weather.db: file is not a database" |
	    diff - "$output" || fail "database: < expected, > printed"
	rm "$QUERN_BUILD/weather.db"
	;;
isolated)
	# Sanitizers leave its crashes alone, and it leaves them the address
	# space that they reserve: there malloc gives up by their own limit.
	memory=512
	case $QUERN_BUILD in
	*-plain) ;;
	*)
		memory=0
		more="handle_segv=0 handle_abort=0 \
allocator_may_return_null=1 max_allocation_size_mb=128 \
log_path='$PWD/$QUERN_BUILD/isolated'"
		export ASAN_OPTIONS="${ASAN_OPTIONS-} $more"
		export TSAN_OPTIONS="${TSAN_OPTIONS-} $more"
		export UBSAN_OPTIONS="${UBSAN_OPTIONS-} $more"
		;;
	esac
	prints isolated $memory <<-'END'
	loops for ever                timed out
	loops until told to stop      timed out
	counts primes below 1000      result 168
	calls a null pointer          its worker died of SIGSEGV
	counts primes below 10000     result 1229
	aborts                        its worker died of SIGABRT
	exits with 3                  its worker exited with 3
	exits with 0                  its worker exited with 0
	leaks until there is no more  out of memory
	leaks and aborts then         its worker died of SIGABRT
	refuses its argument          bad argument
	counts primes below 100000    result 9592
	END
	# What sanitizers said of malloc, and of nothing else.
	grep -hv -e 'failed to allocate' -e '^$' "$QUERN_BUILD"/isolated.* \
	    2>/dev/null && fail "isolated: a sanitizer has said more"
	rm -f "$QUERN_BUILD"/isolated.*
	;;
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
montecarlo) prints montecarlo <<-'END' ;;
	the price is 7.1278, give or take 0.0061
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
		grep -q "^$name)" "$0" || fail "$source has no test in $0"
	done
	;;
*) fail "no such example: $1" ;;
esac
rm -f "$output"
