#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# fragments.sh PAGE... -- every block of C on these pages compiles without a
# warning, and those that are programs link and run.
set -u
seccomp=$(pkg-config --libs libseccomp 2>/dev/null)
folder=${QUERN_BUILD:?}/fragments
status=0
seccomp=$(pkg-config --libs libseccomp 2>/dev/null)
rm -rf "$folder" && mkdir -p "$folder" || exit

# $1 page: its blocks become files of their own, with a few headers before.
split()
{
	awk -v folder="$folder" '
	    /^```c$/ {
		file = sprintf("%s/%02d.c", folder, ++n)
		print "#include <errno.h>\n#include <stdio.h>" >file
		print "#include <quern/quern.h>" >file
		next
	    }
	    /^```/ { file = ""; next }
	    file { print >file }' "$1"
}

for page; do
	rm -f "$folder"/*
	split "$page"
	set -- "$folder"/*.c
	test -e "$1" || { echo "$page has no C"; status=1; }
	for source; do
		${CC:-gcc} -std=c11 -Iinclude -Wall -Wextra -Werror \
		    -Wno-unused-function -c -o "$source.o" "$source" || {
			echo "$page: block ${source##*/}"
			status=1
			continue
		}
		grep -q '^main(' "$source" || continue
		${CC:-gcc} ${CFLAGS-} ${LDFLAGS-} -o "$source.run" "$source.o" \
		    "$QUERN_BUILD/libquern.a" -fopenmp -lev -lm \
		    $seccomp &&
		    "$source.run" >"$source.out" || {
			echo "$page: program ${source##*/}"
			status=1
		}
	done
done
rm -rf "$folder"
exit $status
