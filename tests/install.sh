#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh -- install to a stage, build the README's program there with
# pkg-config alone, shared and static, run it, and uninstall.
#
# From a copy of the sources with the objects that there are: of the prefix one
# of them knows, and the library that others use at this time stays as it is.
set -eu
build=${QUERN_BUILD:?}
stage=$PWD/$build/stage
program=$stage.program
copy=$stage.copy

rm -rf "$copy"
mkdir -p "$copy/$build"
cp -a Makefile quern*.map include src kernels bigint "$copy"
for part in "$build"/*; do
	case ${part##*/} in tests | examples | bench | stage* | new_*) continue ;;
	esac
	cp -a "$part" "$copy/$build"
done

# $1 goal, the rest settings: make as the user would call it, with the flags
# of the build under test from the environment.
quern_make()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SAN -u DESTDIR \
	    "${MAKE:-make}" -C "$copy" "$@" >"$stage.log" 2>&1 || {
		cat "$stage.log"
		exit 1
	}
}

fail()
{
	echo "$*"
	exit 1
}

# The README's first block of C, and what it says the program prints.
mkdir -p "$program"
sed -n '/^```c$/,/^```$/p' README.md | sed '/^```c$/d; /^```$/,$d' \
    >"$program/readme.c"
test -s "$program/readme.c" || fail "README.md has no program"

runs()
{
	printed=$("$@") || fail "$*: exit status $?"
	grep -qxF -- "$printed" README.md ||
	    fail "README.md does not say that its program prints: $printed"
}

try() # $1: what pkg-config should prefix paths with, $2: prefix
{
	export PKG_CONFIG_PATH="$1$2/lib/pkgconfig"
	export PKG_CONFIG_SYSROOT_DIR="$1"
	cflags=$(pkg-config --cflags quern)
	warn="-std=c11 -Wall -Wextra -Wpedantic -Werror"

	${CC:-gcc} $warn $cflags "$program/readme.c" -o "$program/shared" \
	    $(pkg-config --libs quern)
	runs env LD_LIBRARY_PATH="$1$2/lib" "$program/shared"
	readelf -d "$program/shared" | grep -q 'NEEDED.*libquern\.so\.0' ||
	    fail "not linked with the shared library"

	${CC:-gcc} $warn $cflags "$program/readme.c" -o "$program/static" \
	    $(pkg-config --static --libs quern |
		sed 's/-lquern/-l:libquern.a/')
	readelf -d "$program/static" | grep -q 'NEEDED.*libquern' &&
	    fail "not linked with the static library"
	runs "$program/static"

	printf '%s\n' '#include <quern/quern.h>' \
	    'int main() { return quern_version() != QUERN_VERSION; }' |
	    ${CXX:-g++} -std=c++17 $cflags -x c++ - -o "$program/cxx" \
	    $(pkg-config --libs quern)
	LD_LIBRARY_PATH="$1$2/lib" "$program/cxx" ||
	    fail "library and header differ in version"
}

# The same for big integers, in C++ with the shared one.
try_big()
{
	cat >"$program/big.c" <<-'END'
	#include <quern/bigint.h>
	#include <quern/executor.h>

	int main(void)
	{
		mpz_t n;
		int err;

		mpz_init(n);
		err = quern_run(NULL, quern_factorial_mpz(n, 20));
		err = err || mpz_cmp_ui(n, 2432902008176640000) != 0;
		mpz_clear(n);
		return err;
	}
	END
	cflags=$(pkg-config --cflags quern-gmp)
	${CXX:-g++} -std=c++17 $cflags -x c++ "$program/big.c" \
	    -o "$program/big" $(pkg-config --libs quern-gmp)
	LD_LIBRARY_PATH="$1$2/lib" "$program/big" || fail "no factorial"
	readelf -d "$program/big" | grep -q 'NEEDED.*libquern-gmp\.so\.0' ||
	    fail "not linked with the shared libquern-gmp"

	${CC:-gcc} $warn $cflags "$program/big.c" -o "$program/big" \
	    $(pkg-config --static --libs quern-gmp |
		sed 's/-lquern-gmp/-l:libquern-gmp.a/; s/-lquern /-l:libquern.a /')
	readelf -d "$program/big" | grep -q 'NEEDED.*libquern' &&
	    fail "not linked with the static libquern-gmp"
	"$program/big" || fail "no factorial"
}

empty()
{
	left=$(find "$1" ! -type d)
	test -z "$left" || fail "left behind: $left"
	test ! -e "$2/include/quern" || fail "left behind: include/quern"
}

# Packagers: everything below DESTDIR.
rm -rf "$stage"
quern_make install DESTDIR="$stage" prefix=/opt/quern
try "$stage" /opt/quern
pkg-config --exists gmp && try_big "$stage" /opt/quern
version=$(sed -n 's/^#define QUERN_VERSION_M[AI][JN]OR //p' \
    include/quern/status.h | paste -sd .)
pkg-config --modversion quern | grep -q "^$version\\.[0-9]*\$" ||
    fail "quern.pc and status.h differ in version"
quern_make uninstall DESTDIR="$stage" prefix=/opt/quern
empty "$stage" "$stage/opt/quern"

# Users: a prefix of their own, with a neighbour's file in it.
quern_make install prefix="$stage/my own" libdir="$stage/my own/lib64"
grep -qx "libdir=$stage/my own/lib64" \
    "$stage/my own/lib64/pkgconfig/quern.pc" || fail "quern.pc: no libdir"
touch "$stage/my own/include/quern/mine.h"
quern_make uninstall prefix="$stage/my own" libdir="$stage/my own/lib64"
rm "$stage/my own/include/quern/mine.h" || fail "uninstall took a stranger"
rmdir "$stage/my own/include/quern"
empty "$stage" "$stage/my own"
rm -rf "$stage" "$program" "$copy"
