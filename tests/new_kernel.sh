#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# new_kernel.sh -- do what CONTRIBUTING.md says of adding a kernel, in a copy of
# the sources with the objects that there are, and run the kernel's test and
# those that all kernels have.
#
# On that page a line that is nothing but `FILE` says what file the block below
# is, and `FILE`, below `LINE` where it is put.
set -eu
build=${QUERN_BUILD:?}
copy=$PWD/$build/new_kernel
tests='kernels_cube kernels_check kernels_strides'

rm -rf "$copy"
mkdir -p "$copy/$build/src" "$copy/$build/tests"
cp -a Makefile quern.map include kernels src tests bench "$copy"
cp -a "$build/flags" "$build/libexecdir" "$build/kernels" "$copy/$build"
cp -a "$build/src" "$copy/$build"
for source in tests/*.c; do
	case $source in
	tests/test_kernels_check.c | tests/test_kernels_strides.c) ;;
	tests/test_*) continue ;;
	esac
	object=$build/${source%.c}.o
	test ! -e "$object" || cp -a "$object" "$copy/$build/tests"
done

# A block goes to a file of its own, and its place to the list of them.
awk -v folder="$copy/block" '
    /^```$/ || /^```[a-z]/ {
	if (inside) { close(file); inside = 0; place = ""; next }
	inside = 1
	file = place == "" ? "/dev/null" : folder "." ++n
	if (place != "") {
		split(place, part, "`")
		print file "\t" part[2] "\t" part[4] > (folder "s")
		printf "" > file
	}
	next
    }
    inside { print > file; next }
    /^`[^`]*`$/ || /^`[^`]*`, below `[^`]*`$/ { place = $0; next }
    NF { place = "" }' CONTRIBUTING.md

tab=$(printf '\t')
while IFS="$tab" read -r block file below; do
	if test -z "$below"; then
		cp "$block" "$copy/$file"
		continue
	fi
	grep -qxF -- "$below" "$file" || {
		echo "CONTRIBUTING.md: $file has no line: $below"
		exit 1
	}
	block=$block below=$below awk '{ print }
	    $0 == ENVIRON["below"] {
		while ((getline line < ENVIRON["block"]) > 0)
			print line
	    }' "$file" >"$copy/$file"
done <"$copy/blocks"

# With the flags of the objects that there are, which need not be compiled again:
# to them a kernel more in the list makes no difference, but for the table.
find "$copy/$build" -type f -exec touch -d "$(date +%s.%N | sed 's/^/@/')" {} +
touch "$copy/tests/kernel_table.c"
set -- -C "$copy" SAN=plain libexecdir="$(cat "$build/libexecdir")"
! grep -q -- ' -Werror ' "$build/flags" || set -- "$@" WERROR=1
for name in $tests; do
	set -- "$@" "$build/tests/test_$name"
done
set -- "$@" "$build/bench/kernel_loops.o"
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SAN TESTS="$tests" \
    "${MAKE:-make}" "$@" >"$copy/log" 2>&1 || {
	cat "$copy/log"
	exit 1
}
# Of the library only the kernel's own objects are new.
! grep 'CC .*/\(src\|kernels\)/' "$copy/log" | grep -v '/cube\.' || {
	echo "more was compiled than the kernel"
	exit 1
}
cd "$copy"
for name in $tests; do
	"$build/tests/test_$name" >log 2>&1 || {
		cat log
		exit 1
	}
done
cd /
rm -rf "$copy"
