#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# charts.sh FOLDER -- draw what FOLDER/results.tsv says of throughput and
# scaling, as bench-throughput.svg and bench-scaling.svg in the same folder.
set -eu
folder=${1:?}
command -v gnuplot >/dev/null || {
	echo "no charts: gnuplot is not installed" >&2
	exit 0
}
trap 'rm -f "$folder"/chart-*.dat' EXIT

# $1 the work, but for its number; $2 where the number stands among its words
# (0: at the end).  One block for each contender: its name, then lines of the
# number, the value, the lowest and the highest round.
curves()
{
	awk -F'\t' -v work="$1" -v at="$2" '
	{
		n = split($1, word, " ")
		number = word[at ? at : n]
		sub("(^| )" number "( |$)", " ", $1)
		if ($1 != work)
			next
		if (!($2 in lines))
			order[++count] = $2
		lines[$2] = lines[$2] number " " $3 " " $6 " " $7 "\n"
	}
	END {
		for (i = 1; i <= count; i++)
			printf "\"%s\"\n%s\n\n", order[i], lines[order[i]]
	}' "$folder/results.tsv"
}

# $1 the chart's name; gnuplot commands on standard input.  `curves(NAME)` is
# all the curves of chart-NAME.dat.
draw()
{
	{
		cat <<-END
		set terminal svg noenhanced size 860,520 font "sans,13" background "white"
		set output "$folder/bench-$1.svg"
		set macros
		set grid ytics lc rgb "#dddddd"
		set border 3
		set tics nomirror
		file(name) = "$folder/chart-" . name . ".dat"
		END
		cat
	} | gnuplot
	echo "drawn: $folder/bench-$1.svg" >&2
}

curves "2 empty jobs, in flight, resubmitted" 4 >"$folder/chart-resubmitted.dat"
curves "2 empty jobs, in flight, bursts" 4 >"$folder/chart-bursts.dat"
if test -s "$folder/chart-bursts.dat"; then
	draw throughput <<-'END'
	set multiplot layout 1,2 title "Empty jobs per second, in millions"
	set logscale xy
	set xtics (16, 256, 4096)
	set xrange [11:6000]
	set yrange [0.001:100]
	set format y "%g"
	set xlabel "in flight"
	set key below font ",10"
	do for [name in "resubmitted bursts"] {
		set title name eq "bursts" ? "in bursts" : "resubmitted"
		stats file(name) using 1 nooutput
		plot for [i = 0 : STATS_blocks - 2] file(name) index i \
		    using 1:2:3:4 with yerrorlines lw 2 pt 7 ps 0.5 \
		    title columnheader(1)
	}
	END
fi

curves "7 one large loop, width " 0 >"$folder/chart-large.dat"
curves "7 1000 small loops, width " 0 >"$folder/chart-small.dat"
if test -s "$folder/chart-large.dat"; then
	draw scaling <<-'END'
	set multiplot layout 1,2 title "Elements per second, in millions"
	set xlabel "workers"
	set xtics 1
	set offsets 0.3, 0.3, 0, 0
	set yrange [0:*]
	set key bottom right
	do for [name in "large small"] {
		set title name eq "large" ? "one large loop" : \
		    "1000 small loops"
		stats file(name) using 1 nooutput
		plot for [i = 0 : STATS_blocks - 2] file(name) index i \
		    using 1:2:3:4 with yerrorlines lw 2 pt 7 ps 0.5 \
		    title columnheader(1)
	}
	END
fi
