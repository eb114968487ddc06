#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# headers.sh -- each public header compiles alone and twice over, as C11 and
# as C++17, without a warning; none needs libev or brings in what C++ lacks.
set -u
status=0
strict="-fsyntax-only -Iinclude -Wall -Wextra -Wpedantic -Wshadow -Wundef \
-Werror"

for path in include/quern/*.h; do
	header=${path#include/}
	source="#include <$header>
#include <$header>
int nothing;"
	echo "$source" | ${CC:-gcc} -x c -std=c11 $strict - || {
		echo "$header is not C11 by itself"
		status=1
	}
	echo "$source" | ${CXX:-g++} -x c++ -std=c++17 $strict - || {
		echo "$header is not C++17 by itself"
		status=1
	}
done
source='#include <quern/process.h>
#ifdef __cplusplus
extern "C"
#else
extern
#endif
int shared(quern_context *, void *);
QUERN_REGISTER(shared)
static int own(quern_context *ctx, void *arg) { return !ctx && !arg; }
QUERN_REGISTER(own)
static const quern_reducer reducer = { 8, NULL, NULL, NULL };
QUERN_REGISTER(reducer)
int nothing;'
echo "$source" | ${CC:-gcc} -x c -std=c11 $strict - &&
    echo "$source" | ${CXX:-g++} -x c++ -std=c++17 $strict - || {
	echo "what is registered at file scope is refused"
	status=1
}
if grep -nE '_Atomic|stdatomic\.h|<ev\.h>|quern__' include/quern/*.h; then
	echo "does not belong into a public header"
	status=1
fi
exit $status
