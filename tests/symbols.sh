#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# symbols.sh -- a shared library exports the functions that its headers declare
# with QUERN_API, and nothing else; it has a soname and stays loaded.
set -u
build=${QUERN_BUILD:?}
declared=$build/symbols.declared exported=$build/symbols.exported
status=0

# $1 header; preprocessed, for the kernels' names are put together, and on one
# line for each semicolon: the first name before a parenthesis.
declared_in()
{
	echo "#include <quern/$1>" |
	${CC:-gcc} -E -P -Iinclude - |
	tr '\n' ' ' | tr ';' '\n' |
	sed -n 's/__attribute__((warn_unused_result))//
	    s/.*visibility("default")[^(]*[ *)]\(quern_[a-z0-9_]*\)(.*/\1/p' |
	sort
}

# $1 library, whose names are in $declared
library()
{
	name=$1
	nm -D --defined-only "$build/$name.so" |
	    awk '$2 != "A" { sub("@.*", "", $3); print $3 }' |
	    sort >"$exported"
	test -s "$declared" || {
		echo "no QUERN_API found in the headers of $name"
		status=1
	}
	diff "$declared" "$exported" || {
		echo "$name: < declared but not exported, > exported but not declared"
		status=1
	}
	readelf -d "$build/$name.so" >"$build/symbols.dynamic"
	for want in "SONAME.*\\[$name\\.so\\.0\\]" 'FLAGS_1.*NODELETE'; do
		grep -q "$want" "$build/symbols.dynamic" || {
			echo "$name.so lacks $want"
			status=1
		}
	done
}

declared_in quern.h >"$declared"
library libquern
test ! -e "$build/libquern-gmp.so" || {
	# Its header brings in what libquern declares.
	declared_in quern.h >"$declared.quern"
	declared_in bigint.h | comm -23 - "$declared.quern" >"$declared"
	library libquern-gmp
}
exit $status
