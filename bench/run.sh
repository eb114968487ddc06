#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh FOLDER SUBJECT... -- run measurements and print their table.
#
# FOLDER holds the programs and gets results.tsv.  A subject is a number or a
# name, see below; none means all.  FORMAT=tsv prints tab-separated rows,
# QUICK=1 makes one tiny round of each, to see that all of it runs, and
# LEFT_OUT names the peers that were not there at build time.
set -u
all="roundtrip throughput forkjoin promptness mix costs scaling timeline tasks service \
processes memory math reduce fuse random bigint kernels"

folder=${1:?}
shift
test $# -gt 0 || set -- $all
programs=
for subject; do
	number=0 program=
	for name in $all; do
		number=$((number + 1))
		case $subject in $number | $name) program=$name ;; esac
	done
	test -n "$program" || {
		echo "no subject $subject; there are: $all" >&2
		exit 1
	}
	programs="$programs $program"
done

left_out=${LEFT_OUT-}
command -v python3 >/dev/null || left_out="$left_out python3"
for peer in $left_out; do
	echo "left out, since it is not installed: $peer" >&2
done

# In columns, unless FORMAT says otherwise.
show()
{
	if test "${FORMAT-}" = tsv; then
		cat
	else
		awk -F'\t' '{ printf "%-46s %-18s %9s %-6s %7s  %s\n",
		    $1, $2, $3, $4, $5, $6 (NF > 6 ? " .. " $7 : "") }'
	fi
}

results=$folder/results.tsv
part=$folder/part.tsv
header="work\twho\tvalue\tunit\tratio\tlowest\thighest\n"
if test "${FORMAT-}" = tsv; then
	printf "$header"
else
	printf 'work\twho\tvalue\tunit\tratio\tspread\n' | show
fi
printf "$header" >"$results"
for program in $programs; do
	test -x "$folder/$program" || {
		echo "left out, since its library is not installed: $program" >&2
		continue
	}
	"$folder/$program" ${QUICK:+-q} >"$part" || exit
	show <"$part"
	cat "$part" >>"$results"
done
rm -f "$part"
test "${FORMAT-}" = tsv || cat <<'END'
value: the median of the rounds, which were taken in turn, and their spread.
ratio: how many times as good as the best peer in the same round, the median
       of the rounds; above 1 is better.
END
