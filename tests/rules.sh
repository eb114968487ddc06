#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rules.sh -- who may use what, read off the #include lines and the objects of
# the static library.  CONTRIBUTING.md gives the reasons.
set -u
library=${QUERN_BUILD:?}/libquern.a
status=0

# $1 rule, $2 what broke it
broken()
{
	test -z "$2" && return
	echo "$1:"
	echo "$2"
	status=1
}

# $1 files that may, $2 pattern of a line: other files that have it
lines()
{
	grep -nE "$2" src/*.[chS] src/process/*.[ch] kernels/*.[chS] \
	    2>/dev/null |
	    grep -vE "^($1):"
}

# $1 objects that may, $2 names of functions: other objects that call them; $3
# a library, if it is another one
calls()
{
	nm -A -u "${3:-$library}" | awk -v may="^($1)\\.o\$" -v what="^($2)\$" '
	    { split($1, part, ":"); sub("@.*", "", $NF) }
	    part[2] !~ may && $NF ~ what { print "  " part[2] ": " $NF }'
}

broken "a kernel knows the public headers and its neighbours only" "$(
	grep -nE '^#include "' kernels/*.[ch] |
	    grep -vE '"(kernels/)?[a-z0-9_]+\.(h|inc)"'
	for name in $(sed -n 's/^#include "\([^/"]*\)".*/\1/p' \
	    kernels/*.[ch]); do
		test -e "kernels/$name" || echo "  $name is not in kernels/"
	done)"
broken "only loop.c, main.c and what tasks wait with know libev" \
    "$(lines 'src/(loop\.c|main\.c|task\.c|timers\.h)' '^#include <ev\.h>')"
broken "each kind of op is registered beside it" "$(
	for file in src/*.c src/process/*.c kernels/*.c; do
		for kind in $(sed -n \
		    's/.*const struct quern_kind \(.*\) = {.*/\1/p' "$file"); do
			grep -qF "QUERN_REGISTER($kind)" "$file" ||
			    echo "  $file: $kind"
		done
	done)"
broken "only omp.c and lane.c know OpenMP" \
    "$(lines 'src/(omp|lane)\.c' '^#include <omp\.h>|#pragma omp')"
broken "only mem.c allocates" "$(calls mem \
    'malloc|calloc|realloc|aligned_alloc|posix_memalign|strn?dup|free')"
broken "only stack.c and mapping.c map memory" \
    "$(calls 'stack|mapping' 'mmap|mmap64|mremap|munmap|mprotect|madvise')"
broken "only fd.c makes files without a name" \
    "$(calls fd 'memfd_create|ftruncate|ftruncate64')"
broken "only thread.c starts threads" "$(calls thread 'pthread_create')"
broken "only isa.c and child.c read the environment" \
    "$(calls 'isa|child' '(secure_)?getenv')"
broken "a library does not end, print or handle signals, but in a worker" "$(
	calls child \
    '_?exit|_Exit|abort|__assert_fail|v?f?printf|f?puts|putchar|perror|stdout|stderr|signal|sigaction')"
broken "what is compiled per instruction set has its name" "$(
	nm -A -g --defined-only "$library" | sed -n \
	    's/^[^:]*:\([^:]*\.\([a-z0-9]*\)\.o\):.* \([^ ]*\)$/  \1 \2 \3/p' |
	    awk '$3 !~ "^quern__.*_" $2 "$"')"

# $1 objects that may, $2 sections: variables of other objects in these, but for
# the entries that QUERN_REGISTER() makes
variables()
{
	objdump -t "${3:-$library}" | awk -v may="^($1)\\.o\$" -v where="^\\.($2)" '
	    /file format/ { sub(":.*", "", $1); object = $1 }
	    $3 == "O" && $4 ~ where && $4 !~ /^\.data\.rel\.ro/ &&
	    object !~ may && $NF !~ /^quern_registered_/ {
		print "  " object ": " $NF }
	    $2 == "O" && $3 == "*COM*" { print "  " object ": " $NF }'
}

# Constant tables that hold pointers are in .data.rel.ro.
broken "only permit.c, fork.c, isa.c, trace.c, registry.c have variables of the \
process" "$(variables 'permit|fork|isa|trace|registry' 'data|bss')"
broken "only omp.c and task.c have variables of each thread" \
    "$(variables 'omp|task' 'tdata|tbss')"

# ---- libquern-gmp ----

broken "big integers know public headers, kernel.h and their neighbours" "$(
	grep -nE '^#include "' bigint/*.[ch] |
	    grep -vE '"(kernels/kernel|[a-z]+)\.h"'
	for name in $(sed -n 's/^#include "\([^/"]*\)".*/\1/p' \
	    bigint/*.[ch]); do
		test -e "bigint/$name" || echo "  $name is not in bigint/"
	done)"
big=$QUERN_BUILD/libquern-gmp.a
if test -e "$big"; then
	broken "of big integers only memory.c allocates and maps" "$(calls memory \
	    'malloc|calloc|realloc|aligned_alloc|posix_memalign|strn?dup|free|mmap|mmap64|munmap' \
	    "$big")"
	broken "big integers do not end, print, read the environment, or tell GMP \
where its memory is" "$(calls - \
	    '_?exit|_Exit|abort|__assert_fail|v?f?printf|f?puts|putchar|perror|stdout|stderr|signal|sigaction|(secure_)?getenv|(__g)?mp_set_memory_functions' \
	    "$big")"
	broken "big integers have no variables" \
	    "$(variables - 'data|bss|tdata|tbss' "$big")"
fi
exit $status
