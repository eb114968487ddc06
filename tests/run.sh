#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh PROGRAM... -- run CUnit programs, two at a time.
#
# One line for a program that passes, all of its output for one that does not.
# The last lines are a summary in CUnit's own format with the sums over all
# programs.  A program that ends badly although its summary shows no failure
# (a crash, a leak found at exit, no end in time, no summary at all) counts as
# one more failed suite.
#
# Two, because many wait more than they compute; QUERN_TEST_LANES=1 has them one
# after the other, which tells whether one fails for its neighbour.
set -u

test $# -gt 0 || {
	echo "no test programs" >&2
	exit 1
}
limit=${QUERN_TEST_SECONDS:-170}
test -z "${QUERN_TEST_LONG:-}" || limit=1800
stop_on="halt_on_error=1 abort_on_error=0"
export ASAN_OPTIONS="detect_leaks=1 detect_stack_use_after_return=1 $stop_on"
export UBSAN_OPTIONS="print_stacktrace=1 $stop_on"
# libev, CUnit and the C library are not instrumented.
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 second_deadlock_stack=1 \
exitcode=66 $stop_on"

# The numbers of the one summary in a program's output, on one line:
# suites total ran failed inactive, tests total ran passed failed inactive,
# asserts total ran passed failed.  Nothing if there is not exactly one.
numbers()
{
	awk '
	/^Run Summary:/ { summaries++ }
	$1 == "suites" && NF == 6 { suites = $2 " " $3 " " $5 " " $6 }
	$1 == "tests" && NF == 6 { tests = $2 " " $3 " " $4 " " $5 " " $6 }
	$1 == "asserts" && NF == 6 { asserts = $2 " " $3 " " $4 " " $5 }
	END {
		line = suites " " tests " " asserts
		if (summaries == 1 && split(line, n, " ") == 13)
			print line
	}' "$1"
}

run()
{
	test -z "${QUERN_EMULATOR:-}" || { emulate "$1"; return; }
	case $1 in
	*-thread/*) archer timeout -k 5 $limit "$1" ;;
	*) timeout -k 5 $limit "$1" ;;
	esac
}

# A program for another processor, less what emulated.txt says.  It starts
# itself by way of a script: to the system here it is no program.
emulate()
{
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' \
	    "$(command -v "$QUERN_EMULATOR")" "$PWD/$1" >"$1.emulated"
	chmod +x "$1.emulated"
	QUERN_TEST_SELF=$PWD/$1.emulated \
	    QUERN_TEST_WITHOUT=$(sh tests/emulated.sh "${1##*/}") \
	    timeout -k 5 $limit "$QUERN_EMULATOR" "$1"
}

# libomp, with the tool that tells the thread sanitizer about its barriers,
# and without address randomisation where that can be had: the sanitizer of
# clang 14 cannot place its shadow on every kernel otherwise.
archer()
{
	lib=$("${CC:-clang-14}" -print-resource-dir)/../../libarcher.so
	fixed=
	setarch -R true 2>/dev/null && fixed="setarch -R"
	OMP_TOOL_LIBRARIES=$lib $fixed "$@"
}

# A lane comes to a program: its line or output, and its numbers for the sum.
one()
{
	program=$1
	output=$(mktemp "$QUERN_TEST_WORK/XXXXXX")
	folder=${program%/tests/*}
	name=${folder##*/}/${program##*/}
	start=$(date +%s.%N)
	QUERN_BUILD=$folder run "$program" >"$output" 2>&1 </dev/null
	status=$?
	seconds=$(echo "$start $(date +%s.%N)" | awk '{ print $2 - $1 }')

	why=
	counts=$(numbers "$output")
	case $status in
	0) ;;
	124 | 137) why="no end after $limit s" ;;
	*) why="exit status $status" ;;
	esac
	if test -z "$counts"; then
		why="no summary${why:+, $why}"
		counts="1 0 1 0 0 0 0 0 0 0 0 0 0"
	elif echo "$counts" | awk '{ exit !($3 + $8 + $13) }'; then
		why="failures${why:+, $why}"
	elif test -n "$why"; then
		counts=$(echo "$counts" | awk '{ $3++; print }')
	fi
	echo "$counts" >>"$QUERN_TEST_WORK/sums"

	if test -z "$why"; then
		echo "$name $counts $seconds" | awk '{
			printf "  ok    %-48s %4d tests %9d asserts %6.1f s\n",
			    $1, $6, $11, $NF }'
	else
		echo "  FAIL  $name: $why" >>"$output"
		cat "$output"
		tail -n 1 "$output" >>"$QUERN_TEST_WORK/bad"
	fi
}

if test "$1" = --one; then
	one "$2"
	exit
fi

QUERN_TEST_WORK=$(mktemp -d) || exit 1
export QUERN_TEST_WORK
: >"$QUERN_TEST_WORK/sums"
trap 'rm -rf "$QUERN_TEST_WORK"' EXIT
trap 'exit 130' INT TERM
bad=$QUERN_TEST_WORK/bad
begin=$(date +%s.%N)
printf '%s\n' "$@" |
    xargs -d '\n' -P "${QUERN_TEST_LANES:-2}" -n 1 sh "$0" --one ||
    echo "  FAIL  a lane came to no end" >>"$bad"
awk -v all=$# '
END { if (NR != all) print "  FAIL  of", all, "programs", NR, "came to an end" }' \
    "$QUERN_TEST_WORK/sums" >>"$bad"

echo
if test -s "$bad"; then
	cat "$bad"
	echo
fi
echo "$begin $(date +%s.%N)" | cat - "$QUERN_TEST_WORK/sums" | awk '
NR == 1 { elapsed = $2 - $1; next }
{ for (i = 1; i <= 13; i++) n[i] += $i }
END {
	print "Run Summary:    Type  Total    Ran Passed Failed Inactive"
	printf "%20s %6d %6d %6s %6d %8d\n",
	    "suites", n[1], n[2], "n/a", n[3], n[4]
	printf "%20s %6d %6d %6d %6d %8d\n",
	    "tests", n[5], n[6], n[7], n[8], n[9]
	printf "%20s %6d %6d %6d %6d %8s\n",
	    "asserts", n[10], n[11], n[12], n[13], "n/a"
	printf "\nElapsed time = %8.3f seconds\n", elapsed
}'
test ! -s "$bad"
