#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# symbols.sh -- the shared library exports the functions that the headers
# declare with QUERN_API, and nothing else; it has a soname and stays loaded.
set -u
build=${QUERN_BUILD:?}
declared=$build/symbols.declared exported=$build/symbols.exported

# Preprocessed, for the kernels' names are put together, and on one line for each
# semicolon: the first name before a parenthesis.
echo '#include <quern/quern.h>' |
	${CC:-gcc} -E -P -Iinclude - |
	tr '\n' ' ' | tr ';' '\n' |
	sed -n 's/__attribute__((warn_unused_result))//
	    s/.*visibility("default")[^(]*[ *)]\(quern_[a-z0-9_]*\)(.*/\1/p' |
	sort >"$declared"
nm -D --defined-only "$build/libquern.so" |
	awk '$2 != "A" { sub("@.*", "", $3); print $3 }' | sort >"$exported"

status=0
test -s "$declared" || {
	echo "no QUERN_API found in the headers"
	status=1
}
diff "$declared" "$exported" || {
	echo "< declared but not exported, > exported but not declared"
	status=1
}
readelf -d "$build/libquern.so" >"$build/symbols.dynamic"
for want in 'SONAME.*\[libquern\.so\.0\]' 'FLAGS_1.*NODELETE'; do
	grep -q "$want" "$build/symbols.dynamic" || {
		echo "libquern.so lacks $want"
		status=1
	}
done
exit $status
