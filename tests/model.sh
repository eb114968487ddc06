#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# model.sh -- does the way of jobs, wakes and ends hold under every schedule?
#
# Spin looks at each state that the models in tests/model can come to.  Then, in
# long runs (QUERN_TEST_LONG), a rule at a time is broken, and Spin must find
# out.  Without Spin nothing is checked, which the output says.
#
# model.sh MODEL [-DMACRO...] checks that one alone and shows the way to an
# error.
set -u
models=$(cd "$(dirname "$0")/model" && pwd)

command -v spin >/dev/null || {
	echo "  left out: spin is not installed (make deps)"
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
status=0

# $1 model, then macros: fine, an error, or (2) no answer
verify()
{
	model=$1
	shift
	rm -rf "$work/run" && mkdir "$work/run" && cd "$work/run" || return 2
	cp "$models/$model.pml" . || return 2
	spin -a "$@" "$model.pml" >out 2>&1 || return 2
	# Much of it is the optimiser's: a verifier that lasts is worth it.
	level=-O2
	case "$*" in *MUTATE*) level=-O0 ;; esac
	"${CC:-cc}" $level -w -DSAFETY -DMEMLIM=1500 -o pan pan.c \
	    >out 2>&1 || return 2
	./pan -m20000 -w21 >out 2>&1
	if grep -q 'errors: 0$' out; then
		# Cut short is no answer.
		grep -Eq 'max search depth too small|out of memory' out &&
		    return 2
		return 0
	fi
	grep -Eq 'errors: [1-9]' out && return 1
	return 2
}

# $1 model, then macros
holds()
{
	verify "$@"
	case $? in
	0) return ;;
	1) echo "  $*: does not hold" ;;
	*) echo "  $*: no answer" ;;
	esac
	sed 's/^/    /' out
	status=1
}

# $1 model, $2 macros, then rules to break
notices()
{
	test -n "${QUERN_TEST_LONG:-}" || return 0
	model=$1 macros=$2
	shift 2
	for rule; do
		# shellcheck disable=SC2086 -- several macros
		verify "$model" $macros "-DMUTATE_$rule"
		test $? = 1 && continue
		echo "  $model $macros: MUTATE_$rule is not noticed"
		sed 's/^/    /' out
		status=1
	done
}

if test $# -gt 0; then
	verify "$@"
	status=$?
	cat out
	test $status != 1 || spin -t -p "$1.pml"
	exit $status
fi

test -n "${QUERN_TEST_LONG:-}" ||
    echo "  left out: broken rules (make check-long TESTS=model SAN=plain)"

# Two at a time, each in a folder of its own.
some()
{
	holds dispatch -DSCENE_SUBMIT
	notices dispatch -DSCENE_SUBMIT NO_WAKE WORD_NOT_CHANGED ARRIVED_BEFORE_PUSH \
	    BEHIND_NOTHING CLEAR_AFTER_TAKE LOOK_BEFORE_COUNT NO_BATCH_LOOK NO_RECHECK_AFTER_SPIN \
	    LEAVE_QUIETLY
	holds dispatch -DSCENE_CANCEL
	notices dispatch -DSCENE_CANCEL SLOT_WITHOUT_EXCHANGE WITHDRAW_UNSEEN
}
others()
{
	holds dispatch -DSCENE_GATHER
	notices dispatch -DSCENE_GATHER NO_OUTBOX_LOOK SLEEP_WITHOUT_OUTBOX \
	    GATHER_NEVER_LOOKS
	holds dispatch -DSCENE_ASIDE
	notices dispatch -DSCENE_ASIDE GATHER_CROWDED WATCHER_WITHOUT_OUTBOX \
	    WATCHER_NEVER_HELPS
	holds complete
	notices complete '' NEVER_RING PUSH_BEHIND_NOTHING FORGET_RING_LATE \
	    NO_RING_FOR_THE_REST FINISH_WITHOUT_EXCHANGE REASON_WITHOUT_EXCHANGE \
	    NO_PIN PIN_AFTER_PUSH UNPIN_BEFORE_RING DESTROY_WITHOUT_WAIT \
	    LOOK_BEFORE_PUSH LOOK_THEN_CLEAR PIN_AFTER_LOOK POLL_FOR_NOTHING
}
mkdir "$work/some" "$work/others"
(
	work=$work/some
	some
	exit $status
) &
(
	work=$work/others
	others
	exit $status
) || status=1
wait $! || status=1
exit $status
