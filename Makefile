# SPDX-License-Identifier: BSD-2-Clause
#
# The build of quern; GNU make 4.3 or newer.
#
## make            build the library, static and shared, and the examples
## make demo       build and run examples/throughput; ARGS='-n 1000000' passes
##                 options on
## make check      run the tests, plain and with the address and undefined
##                 behaviour sanitizers
## make check-long the same, with far more rounds in the stress tests
## make check-aarch64
##                 build for aarch64 and run what can be run under qemu-user;
##                 TESTS as below.  Needs what deps-cross installs
## make digests    write tests/kernel_digests.h anew, for a new kernel
## make mutants    take out a wake-up, an order, the return of a permit, one at a
##                 time: does a test fail?  Needs what deps-san installs
## make bench      measure quern and its peers side by side, and print a table;
##                 SUBJECTS='1 throughput' chooses, FORMAT=tsv is for programs,
##                 QUICK=1 only sees whether all of it runs
## make bench-charts
##                 the subjects that charts are drawn of; needs gnuplot
## make kernels-table
##                 run the tests and measurements of the kernels, and write
##                 docs/kernels.md from them
## make install    honours DESTDIR prefix libdir includedir pkgconfigdir
## make uninstall  remove what install put there
## make deps       install the Debian packages that all of this needs
## make deps-san   install those that SAN=thread needs
## make deps-bench install the peers that are measured, as far as Debian has them
## make deps-cross install a compiler for aarch64, libraries and an emulator
## make format-check
##                 ask clang-format 14 whether the layout is kept;
##                 make format changes it
## make clean      remove build/
##
## SAN=address,undefined  SAN=thread  SAN=plain
##                 choose one configuration, each in a build folder of its own
## SWITCH=ucontext tasks without assembly
## TESTS='line done'
##                 run only tests/test_line.c and tests/test_done.c
## V=1             show the commands     WERROR=1   warnings are errors
## CC CFLAGS CPPFLAGS LDFLAGS            yours; what quern needs is added

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# All cores, unless the user (whose -j wins) or a parent make said otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

# ---- packages --------------------------------------------------------------

deps_packages := libc6-dev libev-dev libcunit1-dev libmpfr-dev libgmp-dev bc \
    pkg-config g++ spin libcurl4-openssl-dev libsqlite3-dev libseccomp-dev
deps_san_packages := clang-14 libclang-rt-14-dev libomp-14-dev util-linux
deps_bench_packages := libuv1-dev libtbb-dev libpthreadpool-dev libglib2.0-dev \
    libboost-context-dev libsleef-dev g++ python3 python3-numpy gnuplot-nox
deps_cross_packages := gcc-aarch64-linux-gnu qemu-user-static pkg-config \
    $(addsuffix :arm64,libc6-dev libgomp1 libev-dev libcunit1-dev libmpfr-dev \
    libgmp-dev libseccomp-dev)

# $(call install_packages,NAMES): nothing at all if none is missing.  A package
# may be there for another architecture, and that does not count.
define install_packages
@missing=; mine="$$(dpkg --print-architecture 2>/dev/null)"; \
for p in $(1); do \
	case $$p in *:*) arch=$${p#*:} ;; *) arch=$$mine ;; esac; \
	dpkg-query -W -f='$${db:Status-Status} $${Architecture}\n' $$p \
	    2>/dev/null | grep -Eqx "installed ($$arch|all)" || \
	    missing="$$missing $$p"; \
done; \
test -n "$$missing" || exit 0; \
if ! command -v apt-get >/dev/null; then \
	echo "No apt-get here. Please install what Debian calls:" >&2; \
	printf '  %s\n' $(1) >&2; exit 1; \
fi; \
sudo=; if test "$$(id -u)" != 0; then \
	sudo=sudo; command -v sudo >/dev/null || { \
	echo "Please install, as root:$$missing" >&2; exit 1; }; \
fi; \
echo "installing$$missing"; \
case $$missing in *:arm64*) $$sudo dpkg --add-architecture arm64 ;; esac && \
$$sudo apt-get -q update </dev/null && \
$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 \
    install -y --no-install-recommends $$missing </dev/null
endef

deps:
	$(call install_packages,$(deps_packages))
deps-san: deps
	$(call install_packages,$(deps_san_packages))
deps-bench: deps
	$(call install_packages,$(deps_bench_packages))
# Packages of another architecture, so never a part of the others.
deps-cross:
	$(call install_packages,$(deps_cross_packages))
.PHONY: deps deps-san deps-bench deps-cross
# Only one apt-get at a time gets its locks.
ifneq ($(filter deps deps-%,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# With packages still to come nothing else can be judged: install them, then
# let a fresh make see to the other goals.
installers := deps deps-san deps-bench deps-cross
later := $(filter-out $(installers),$(MAKECMDGOALS))
ifneq ($(and $(filter $(installers),$(MAKECMDGOALS)),$(later)),)

$(later): after-deps
	@:
after-deps: $(filter $(installers),$(MAKECMDGOALS))
	+@$(MAKE) $(later)
.PHONY: after-deps $(later)

else

# ---- configuration ---------------------------------------------------------

prefix       = /usr/local
includedir   = $(prefix)/include
libdir       = $(prefix)/lib
pkgconfigdir = $(libdir)/pkgconfig
libexecdir   = $(prefix)/libexec/quern

# Both suites in a plain `make check`; one where SAN names it.
empty :=
space := $(empty) $(empty)
comma := ,
asan   := address$(comma)undefined
suites := $(or $(SAN),plain $(asan))
san    := $(filter-out plain,$(SAN))
ifneq ($(filter-out address undefined $(asan) thread,$(san)),)
$(error SAN is one of: plain address undefined $(asan) thread)
endif

ifeq ($(origin CC),default)
CC := $(if $(filter thread,$(san)),clang-14,gcc)
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
ifeq ($(origin AR),default)
AR := ar
endif
CFLAGS ?= -O2 -g

# GCC then links a start-up file that makes the host process flush subnormals.
ifneq ($(filter -Ofast -ffast-math,$(CC) $(CFLAGS) $(LDFLAGS)),)
$(error quern promises bits that -ffast-math does not keep)
endif

version := $(shell sed -n \
    's/^\#define QUERN_VERSION_[MP][AI][A-Z]* //p' include/quern/status.h)
version := $(word 1,$(version)).$(word 2,$(version)).$(word 3,$(version))
abi     := 0
target  := $(shell $(CC) -dumpmachine 2>&1 && $(CC) -dumpversion 2>&1)

# $(call build_folder,SUITE)
build_folder = build/$(subst $(space),_,$(notdir $(CC)))-$(1)
B := $(call build_folder,$(or $(san),plain))

# Without GMP there is no libquern-gmp, and nothing that uses it.
gmp := $(shell pkg-config --exists gmp 2>/dev/null && echo -lgmp)

# Workers can be confined where it is there.
seccomp := $(shell pkg-config --libs libseccomp 2>/dev/null)

# C11 fills what an initialiser leaves out with 0; that is used on purpose.
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla \
    -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers \
    $(if $(WERROR),-Werror)

q_cppflags := -Iinclude -I. -D_GNU_SOURCE \
    $(if $(seccomp),-DQUERN_HAS_SECCOMP)
q_cflags   := -std=c11 -fopenmp -pthread -fvisibility=hidden -fPIC \
    -ffp-contract=off $(warnings)
q_ldflags  := -fopenmp -pthread
q_libs     := -lev -lm $(seccomp)

# Loops that touch every element take -O3 where the rest takes -O2.  The first two
# do not change a result: quern reads neither errno nor exception flags.  Integers
# wrap, in vectors as well.
kernel_cflags := -fno-math-errno -fno-trapping-math -fwrapv
isa_avx2      := -march=x86-64-v3
isa_avx512    := -march=x86-64-v4 -mprefer-vector-width=512

ifneq ($(san),)
q_cflags  += -fsanitize=$(san) -fno-omit-frame-pointer
q_ldflags += -fsanitize=$(san)
endif
ifneq ($(findstring undefined,$(san)),)
q_cflags  += -fno-sanitize-recover=undefined
endif

# ---- what there is ---------------------------------------------------------

# How a task leaves its stack: by hand where we know how, or SWITCH=ucontext.
SWITCH ?= $(firstword $(filter $(subst -, ,$(target)),x86_64 aarch64) ucontext)
ifneq ($(filter-out x86_64 aarch64 ucontext,$(SWITCH)),)
$(error SWITCH is one of: x86_64 aarch64 ucontext)
endif
switch := $(if $(filter ucontext,$(SWITCH)),src/switch_ucontext.c,\
    src/switch.c src/switch_$(SWITCH).S)

# In the order in which a job meets them; src/README.md is the map.
sources := \
    src/op.c \
    src/submit.c \
    src/job.c \
    src/arrive.c \
    src/mailbox.c \
    src/line.c \
    src/idle.c \
    src/spin.c \
    src/worker.c \
    src/batch.c \
    src/blocking.c \
    src/grid.c \
    src/claim.c \
    src/sync.c \
    src/omp.c \
    src/lane.c \
    src/context.c \
    src/deliver.c \
    src/front.c \
    src/loop.c \
    src/port.c \
    src/timeouts.c \
    src/group.c \
    src/spawn.c \
    src/task.c \
    src/task_list.c \
    src/main.c \
    src/join.c \
    src/await.c \
    src/await_fd.c \
    src/await_job.c \
    src/sleep.c \
    src/timers.c \
    src/semaphore.c \
    src/queue.c \
    src/task_group.c \
    src/task_stats.c \
    src/task_dump.c \
    src/gather.c \
    src/stack.c \
    src/fiber.c \
    $(switch) \
    src/process/registry.c \
    src/process/mapping.c \
    src/process/arena.c \
    src/process/arena_view.c \
    src/process/buffer.c \
    src/process/calls.c \
    src/process/remote.c \
    src/process/stage.c \
    src/process/conversation.c \
    src/process/channel.c \
    src/process/start.c \
    src/process/keeper.c \
    src/process/crash.c \
    src/process/child.c \
    src/process/confine.c \
    src/process/processes.c \
    src/pool.c \
    src/accounts.c \
    src/shutdown.c \
    src/permit.c \
    src/busy.c \
    src/cpus.c \
    src/quota.c \
    src/stats.c \
    src/status.c \
    src/mem.c \
    src/thread.c \
    src/fd.c \
    src/fork.c \
    src/trace.c \
    src/trace_json.c \
    src/trace_pace.c \
    src/trace_way.c

kernels := \
    kernels/isa.c \
    kernels/array.c \
    kernels/map.c \
    kernels/reduction.c \
    kernels/superacc.c \
    kernels/verdict.c \
    kernels/shuffle.c \
    kernels/fuse.c \
    kernels/fuse_check.c

# Compiled as they are and once for each instruction set as well, with
# QUERN_ISA_NAME saying which: kernels/isa.h.
families := \
    kernels/fill.c \
    kernels/square.c \
    kernels/arithmetic.c \
    kernels/fma.c \
    kernels/roots.c \
    kernels/clamp.c \
    kernels/compare.c \
    kernels/round.c \
    kernels/powi.c \
    kernels/checked.c \
    kernels/convert.c \
    kernels/pow.c \
    kernels/exponential.c \
    kernels/logarithm.c \
    kernels/trigonometric.c \
    kernels/hyperbolic.c \
    kernels/special.c \
    kernels/sum.c \
    kernels/sum_integers.c \
    kernels/dot.c \
    kernels/norm.c \
    kernels/norm2.c \
    kernels/minmax.c \
    kernels/argminmax.c \
    kernels/count.c \
    kernels/compensated.c \
    kernels/exact.c \
    kernels/describe.c \
    kernels/random.c \
    kernels/random_normal.c \
    kernels/random_exponential.c \
    kernels/random_range.c \
    kernels/random_permutation.c \
    kernels/stream.c
isas := $(if $(filter x86_64-%,$(target)),baseline avx2 avx512,\
    $(if $(filter aarch64-%,$(target)),neon,baseline))

# libquern-gmp, in the order of quern/bigint.h and what stands behind it.
big_sources := $(if $(gmp),\
    bigint/power.c \
    bigint/product.c \
    bigint/factorial.c \
    bigint/binomial.c \
    bigint/fibonacci.c \
    bigint/powm.c \
    bigint/decimal.c \
    bigint/parse.c \
    bigint/fraction.c \
    bigint/powers.c \
    bigint/tree.c \
    bigint/primes.c \
    bigint/work.c \
    bigint/give.c \
    bigint/memory.c)

headers := $(sort $(wildcard include/quern/*.h))
big_header := include/quern/bigint.h

# Plain twins of the kernels, for the tests alone.
references := kernels/reference.c kernels/reference_reduce.c \
    kernels/reference_random.c
# Linked into each test.  A function __wrap_X in one of them, in the test
# itself, or in a header that it includes, takes the calls of X: the linker is
# told so by itself.
helpers    := $(filter-out tests/test_%,$(sort $(wildcard tests/*.c)))
wraps = $$(grep -ohs '__wrap_[A-Za-z0-9][A-Za-z0-9_]*' $(1) $(helpers) \
    $$(sed -n 's|^\#include "\(.*\)"|tests/\1|p' $(1)) | sort -u | \
    sed 's/__wrap_/-Wl,--wrap=/')

test_names    := $(or $(TESTS:%=test_%),\
    $(filter-out $(if $(gmp),,test_bigint_%),\
    $(patsubst tests/%.c,%,$(sort $(wildcard tests/test_*.c)))))
# Tests that need not be repeated with sanitizers.
plain_only    := test_package test_model test_kernels_ulp
# Numbers, a great many; what these kernels touch is seen in others, and all of it
# by check-long.
unaddressed   := $(if $(filter check-long,$(MAKECMDGOALS)),,\
    test_process_kernels $(addprefix test_kernels_,anywhere clamp describe \
    digest exp_log modes places pow_ulp random random_normal \
    random_permutation))
# Without the library that it shows, an example is left out.
needs_of_powers   := gmp
needs_of_fetch    := libcurl
needs_of_database := sqlite3
lacking = $(if $(needs_of_$(1)),$(shell \
    pkg-config --exists $(needs_of_$(1)) 2>/dev/null || echo $(1)))
example_names := $(patsubst examples/%.c,%,\
    $(filter-out examples/throughput_%,$(sort $(wildcard examples/*.c))))
lacking_names := $(strip $(foreach e,$(example_names),$(call lacking,$e)))
example_names := $(filter-out $(lacking_names),$(example_names))

# ---- objects ---------------------------------------------------------------

Q := $(if $(V),,@)
# $(call say,WHAT): one line in the place of a command
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$@')

# What objects depend on besides their sources: rewritten when it differs.
flags := $(target) $(CC) | $(CPPFLAGS) | $(CFLAGS) | $(LDFLAGS) | \
    $(q_cppflags) $(q_cflags) $(q_ldflags) | $(kernel_cflags) | \
    $(isa_avx2) $(isa_avx512)
ifneq ($(file <$(B)/flags),$(flags))
.PHONY: $(B)/flags
endif
$(B)/flags: | $(B)/
	@printf '%s\n' '$(subst ','\'',$(flags))' >$@
# Of where things are to be installed one object knows, and no other is made anew
# for another place.
ifneq ($(file <$(B)/libexecdir),$(libexecdir))
.PHONY: $(B)/libexecdir
endif
$(B)/libexecdir: | $(B)/
	@printf '%s\n' '$(libexecdir)' >$@
$(B)/src/process/processes.o: $(B)/libexecdir
$(B)/src/process/processes.o: private q_cppflags += \
    -DQUERN_HELPER='"$(libexecdir)/quern-worker"'
%/:
	@mkdir -p $@
.PRECIOUS: %/

compile = $(CC) $(q_cppflags) $(CPPFLAGS) $(1) $(q_cflags) $(2) -MMD -MP \
    -c -o $@ $<
kernel_flags = $(CFLAGS:-O2=-O3)

$(B)/src/%.o: src/%.c $(B)/flags | $(B)/src/process/
	$(call say,CC)
	$(Q)$(call compile,$(CFLAGS))
$(B)/src/%.o: src/%.S $(B)/flags | $(B)/src/
	$(call say,AS)
	$(Q)$(call compile,$(CFLAGS))
$(B)/kernels/%.o: kernels/%.c $(B)/flags | $(B)/kernels/
	$(call say,CC)
	$(Q)$(call compile,$(kernel_flags),$(kernel_cflags))
$(B)/bigint/%.o: bigint/%.c $(B)/flags | $(B)/bigint/
	$(call say,CC)
	$(Q)$(call compile,$(CFLAGS))
# Not -I: src/omp.h would hide <omp.h>.
$(B)/tests/%.o: tests/%.c $(B)/flags | $(B)/tests/
	$(call say,CC)
	$(Q)$(call compile,$(CFLAGS),-iquote src)
$(B)/examples/%.o: examples/%.c $(B)/flags | $(B)/examples/
	$(call say,CC)
	$(Q)$(call compile,$(CFLAGS))

# $(call isa_rule,ISA)
define isa_rule
$(B)/kernels/%.$(1).o: kernels/%.c $(B)/flags | $(B)/kernels/
	$$(call say,CC)
	$$(Q)$$(call compile,$$(kernel_flags),$$(kernel_cflags) \
	    $$(isa_$(1)) -DQUERN_ISA_NAME=$(1))
isa_objects += $(families:%.c=$(B)/%.$(1).o)
endef
$(foreach isa,$(isas),$(eval $(call isa_rule,$(isa))))

objects := $(patsubst %,$(B)/%.o,$(basename $(sources) $(kernels) $(families))) \
    $(isa_objects)
big_objects := $(big_sources:%.c=$(B)/%.o)

-include $(wildcard $(B)/*/*.d $(B)/src/process/*.d)

# ---- libraries -------------------------------------------------------------

static := $(B)/libquern.a
shared := $(B)/libquern.so.$(version)

# Which objects there are in it.
ifneq ($(file <$(B)/switch),$(switch))
.PHONY: $(B)/switch
endif
$(B)/switch: | $(B)/
	@printf '%s\n' '$(switch)' >$@

$(static): $(objects) $(B)/switch Makefile
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(objects)

# nodelete: threads may still run our code when a plugin host unloads us.
$(shared): $(objects) $(B)/switch quern.map Makefile
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(q_ldflags) -shared -o $@ $(objects) \
	    -Wl,-soname,libquern.so.$(abi) -Wl,--version-script=quern.map \
	    -Wl,-z,nodelete $(if $(san),,-Wl,-z,defs) $(q_libs)
	$(Q)ln -sf $(@F) $(B)/libquern.so.$(abi)
	$(Q)ln -sf $(@F) $(B)/libquern.so

big_static := $(if $(gmp),$(B)/libquern-gmp.a)
big_shared := $(if $(gmp),$(B)/libquern-gmp.so.$(version))

$(B)/libquern-gmp.a: $(big_objects) Makefile
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(big_objects)

$(B)/libquern-gmp.so.$(version): $(big_objects) $(shared) quern-gmp.map
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(q_ldflags) -shared -o $@ \
	    $(big_objects) -Wl,-soname,libquern-gmp.so.$(abi) \
	    -Wl,--version-script=quern-gmp.map -Wl,-z,nodelete \
	    $(if $(san),,-Wl,-z,defs) -L$(B) -lquern $(gmp) -lm
	$(Q)ln -sf $(@F) $(B)/libquern-gmp.so.$(abi)
	$(Q)ln -sf $(@F) $(B)/libquern-gmp.so

# With the shared library, as the modules that it loads are.
worker := $(B)/quern-worker
$(worker): $(B)/src/process/helper.o $(shared) Makefile
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(q_ldflags) -o $@ $< -L$(B) -lquern \
	    -Wl,-rpath,'$$ORIGIN:$(libdir)'

# ---- programs --------------------------------------------------------------

link = $(CC) $(CFLAGS) $(LDFLAGS) $(q_ldflags) -o $@ $(filter %.o,$^) \
    $(filter-out $(static),$(filter %.a,$^)) $(static) $(1) $(q_libs)

# $(call tests_of,SUITE)
tests_of = $(patsubst %,$(call build_folder,$(1))/tests/%,\
    $(filter-out $(if $(filter-out plain,$(1)),$(plain_only)) \
    $(if $(findstring address,$(1)),$(unaddressed)),$(test_names)))
tests    := $(call tests_of,$(or $(san),plain))
examples := $(example_names:%=$(B)/examples/%)

test_objects := $(helpers:%.c=$(B)/%.o) $(references:%.c=$(B)/%.o)

$(filter $(B)/tests/test_bigint_%,$(tests)): $(big_static)
$(tests): $(B)/tests/%: $(B)/tests/%.o $(test_objects) $(static) Makefile
	$(call say,LD)
	$(Q)$(call link,$(call wraps,tests/$(@F).c) -lcunit \
	    $(if $(findstring test_kernels,$@),-lmpfr -lgmp) \
	    $(if $(findstring test_bigint,$@),-lgmp) \
	    $(if $(findstring test_registry,$@),-rdynamic))

libs_of_powers   := -lgmp
libs_of_fetch    := -lcurl
libs_of_database := -lsqlite3

$(B)/examples/powers: $(big_static)
$(examples): $(B)/examples/%: $(B)/examples/%.o $(static)
	$(call say,LD)
	$(Q)$(call link,$(libs_of_$(@F)))
$(B)/examples/throughput: $(patsubst %.c,$(B)/%.o,\
    $(sort $(wildcard examples/throughput_*.c)))

.SECONDARY:

all: $(static) $(shared) $(big_static) $(big_shared) $(examples)
	$(if $(lacking_names),@echo left out without its library: \
	    $(if $(gmp),,libquern-gmp) $(lacking_names))
.PHONY: all

demo: $(B)/examples/throughput
	@$< $(ARGS)
.PHONY: demo

# ---- measurements ----------------------------------------------------------

# Asking what peers there are takes time, so only where it matters.
ifneq ($(filter bench bench-% check check-% kernels-table $(B)/bench/%,\
    $(MAKECMDGOALS)),)

# One program for each subject; bench/run.sh has them in this order.
subjects := roundtrip throughput forkjoin promptness mix costs scaling timeline \
    tasks service processes memory math reduce fuse random \
    $(if $(gmp),bigint) kernels

# Debian's libpthreadpool has no .pc file.
peer_uv_pc   := libuv
peer_tbb_pc  := tbb
peer_glib_pc := gio-unix-2.0
pthreadpool  := $(shell printf '\043include <pthreadpool.h>\nint main(void) { \
    return !pthreadpool_create(1); }' | $(CC) $(CPPFLAGS) $(LDFLAGS) -x c - \
    -lpthreadpool -o /dev/null 2>/dev/null && echo pthreadpool)
# Neither has Boost's.
boost_context := $(shell printf 'void *make_fcontext(void *, unsigned long, \
    void (*)(void)); int main(void) { return !make_fcontext(0, 0, 0); }' | \
    $(CC) $(LDFLAGS) -x c - -lboost_context -o /dev/null 2>/dev/null && \
    echo boost_context)
sleef := $(shell printf 'void *Sleef_powd2_u10(void); int main(void) { \
    return !Sleef_powd2_u10(); }' | $(CC) $(LDFLAGS) -x c - -lsleef \
    -o /dev/null 2>/dev/null && echo sleef)
# The C library's own vectors; glibc 2.35 has all of them.
mvec := $(shell printf 'void *_ZGVeN8v_erf(void); int main(void) { \
    return !_ZGVeN8v_erf(); }' | $(CC) $(LDFLAGS) -x c - -lmvec \
    -o /dev/null 2>/dev/null && echo mvec)
peers := $(foreach p,uv tbb glib,$(shell \
    pkg-config --exists $(peer_$p_pc) 2>/dev/null && echo $p)) $(pthreadpool) \
    $(boost_context) $(sleef) $(mvec)
# Their headers are not to be held to our warnings.
peer_cflags = $(patsubst -I%,-isystem %,$(if $(peer_$(1)_pc),\
    $(shell pkg-config --cflags $(peer_$(1)_pc))))
peer_libs = $(if $(peer_$(1)_pc),\
    $(shell pkg-config --libs $(peer_$(1)_pc)),-l$(1))
left_out := $(filter-out $(peers),uv tbb glib pthreadpool boost_context \
    sleef $(if $(filter x86_64-%,$(target)),mvec))

ifneq ($(file <$(B)/peers),$(peers))
.PHONY: $(B)/peers
endif
$(B)/peers: | $(B)/
	@printf '%s\n' '$(peers)' >$@

$(B)/bench/%.o: bench/%.c $(B)/flags $(B)/peers | $(B)/bench/
	$(call say,CC)
	$(Q)$(call compile,$(CFLAGS),$(peers:%=-DPEER_%) \
	    $(call peer_cflags,$(patsubst pipe_%,%,$*)))
$(B)/bench/%.o: bench/%.cpp $(B)/flags $(B)/peers | $(B)/bench/
	$(call say,CXX)
	$(Q)$(CXX) $(q_cppflags) $(CPPFLAGS) $(CXXFLAGS) -O2 -g -std=c++17 \
	    -Wall -Wextra $(if $(WERROR),-Werror) -MMD -MP \
	    $(call peer_cflags,$(patsubst pipe_%,%,$*)) -c -o $@ $<

bench_shared := rounds stats work python child tally pipe pipe_quern \
    $(patsubst %,pipe_%,$(filter uv tbb glib,$(peers)))
bench_library  := $(B)/bench/libbench.a
bench_programs := $(subjects:%=$(B)/bench/%)

$(bench_library): $(bench_shared:%=$(B)/bench/%.o) Makefile
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(B)/bench/bigint: $(big_static)
$(bench_programs): $(B)/bench/%: $(B)/bench/%.o $(bench_library) $(static)
	$(call say,LD)
	$(Q)$(call link,$(if $(filter %/bigint,$@),$(gmp)) \
	    $(foreach p,$(peers),$(call peer_libs,$p)) \
	    $(if $(filter tbb,$(peers)),-lstdc++))

# Not in the library: it takes the place of malloc() ...
$(B)/bench/costs: $(B)/bench/calls.o
# ... and this is a part of one program.
$(B)/bench/tasks: $(B)/bench/crowd.o
$(B)/bench/processes: $(B)/bench/far_loops.o
$(B)/bench/math: $(B)/bench/math_loops.o $(B)/bench/numpy.o
$(B)/bench/kernels: $(B)/bench/kernel_loops.o
# What one writes instead of a kernel gets all that the processor has.
$(B)/bench/kernel_loops.o: private q_cflags += $(kernel_cflags) -O3 \
    $(if $(filter x86_64-%,$(target)),-march=native)

bench: $(bench_programs) $(B)/examples/server
	@LEFT_OUT='$(left_out)' FORMAT=$(FORMAT) QUICK=$(QUICK) \
	    sh bench/run.sh $(B)/bench $(SUBJECTS)
	@sh bench/charts.sh $(B)/bench
bench-charts: SUBJECTS := throughput scaling
bench-charts: bench
.PHONY: bench bench-charts

# What docs/kernels.md is made of: tests that print their worst errors, and the
# subjects with rows for kernels.
kernel_subjects := math random kernels
kernel_tests    := $(patsubst tests/%.c,$(B)/tests/%,\
    $(sort $(wildcard tests/test_kernels_*.c)))
processor = $(shell sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | uniq)
kernels-table: $(kernel_tests) $(kernel_subjects:%=$(B)/bench/%)
	for t in $(kernel_tests); do $$t || exit; done >$(B)/kernels.ulps
	LEFT_OUT='$(left_out)' FORMAT=tsv QUICK=$(QUICK) \
	    sh bench/run.sh $(B)/bench $(kernel_subjects) >$(B)/kernels.tsv
	python3 docs/kernels.py include/quern/kernel_list.h $(B)/kernels.ulps \
	    $(B)/kernels.tsv '$(processor)' >docs/kernels.md
.PHONY: kernels-table

endif

# ---- tests -----------------------------------------------------------------

check-programs: $(tests) $(examples) $(if $(san),,$(shared) $(big_shared))
.PHONY: check-programs

# The other suite of a plain `make check`, built side by side with the first.
ifneq ($(word 2,$(suites)),)
check-other:
	+@$(MAKE) SAN=$(word 2,$(suites)) check-programs
check check-long: check-other
.PHONY: check-other
endif

# What the tests that build something build it with.
check check-long: export CC := $(CC)
check check-long: export CXX := $(CXX)
check check-long: export MAKE := $(MAKE)
check check-long: export CPPFLAGS := $(CPPFLAGS)
check check-long: export CFLAGS := $(CFLAGS)
check check-long: export LDFLAGS := $(LDFLAGS)
check-long: export QUERN_TEST_LONG := 1

check check-long: check-programs
	@sh tests/run.sh $(foreach s,$(suites),$(call tests_of,$(s)))
.PHONY: check check-long

# Another machine's programs, and what runs them here.
cross := CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar SAN=plain
check-aarch64: export PKG_CONFIG_LIBDIR := /usr/lib/aarch64-linux-gnu/pkgconfig
check-aarch64: export QUERN_EMULATOR := qemu-aarch64-static
check-aarch64:
	@$(if $(TESTS),,sh tests/emulated.sh)
	+@$(MAKE) $(cross) TESTS='$(or $(TESTS),$(shell \
	    sh tests/emulated.sh names))' check
.PHONY: check-aarch64

# What test_kernels_digest expects, from what is now.
digests: $(B)/tests/test_kernels_digest
	@QUERN_TEST_DIGESTS=print $< >$(B)/digests
	@cp $(B)/digests tests/kernel_digests.h
.PHONY: digests

mutants:
	+@sh tests/mutants.sh $(ROWS)
print-build:
	@echo $(B)
.PHONY: mutants print-build

# ---- install ---------------------------------------------------------------

install: $(static) $(shared) $(big_static) $(big_shared) $(worker)
	$(Q)install -d "$(to)$(includedir)/quern" "$(to)$(libdir)" \
	    "$(to)$(pkgconfigdir)" "$(to)$(libexecdir)"
	$(Q)install -m 644 $(filter-out $(if $(gmp),,$(big_header)),$(headers)) \
	    "$(to)$(includedir)/quern"
	$(Q)install -m 644 $(static) $(big_static) "$(to)$(libdir)"
	$(Q)install -m 755 $(shared) $(big_shared) "$(to)$(libdir)"
	$(Q)install -m 755 $(worker) "$(to)$(libexecdir)"
	$(Q)ln -sf $(notdir $(shared)) "$(to)$(libdir)/libquern.so.$(abi)"
	$(Q)ln -sf libquern.so.$(abi) "$(to)$(libdir)/libquern.so"
	$(Q)printf '%s\n' $(pc_lines) >"$(to)$(pkgconfigdir)/quern.pc"
ifneq ($(gmp),)
	$(Q)ln -sf $(notdir $(big_shared)) "$(to)$(libdir)/libquern-gmp.so.$(abi)"
	$(Q)ln -sf libquern-gmp.so.$(abi) "$(to)$(libdir)/libquern-gmp.so"
	$(Q)printf '%s\n' $(big_pc_lines) >"$(to)$(pkgconfigdir)/quern-gmp.pc"
endif

uninstall:
	$(Q)rm -f $(foreach h,$(notdir $(headers)),"$(to)$(includedir)/quern/$h")
	$(Q)rm -f $(foreach f,libquern.a $(notdir $(shared)) \
	    libquern.so.$(abi) libquern.so libquern-gmp.a \
	    libquern-gmp.so.$(version) libquern-gmp.so.$(abi) libquern-gmp.so,\
	    "$(to)$(libdir)/$f")
	$(Q)rm -f "$(to)$(pkgconfigdir)/quern.pc" \
	    "$(to)$(pkgconfigdir)/quern-gmp.pc"
	$(Q)rm -f "$(to)$(libexecdir)/quern-worker"
	$(Q)rmdir "$(to)$(includedir)/quern" "$(to)$(libexecdir)" \
	    2>/dev/null || :
.PHONY: install uninstall

# Programs call libev themselves, and libev has no .pc file to require.
pc_lines = \
    'prefix=$(prefix)' \
    'includedir=$(includedir)' \
    'libdir=$(libdir)' \
    '' \
    'Name: quern' \
    'Description: numbers on every core for programs on an event loop' \
    'Version: $(version)' \
    'Cflags: -I$${includedir}' \
    'Libs: -L$${libdir} -lquern -lev' \
    'Libs.private: -lm $(seccomp) -fopenmp -pthread'
big_pc_lines = \
    'prefix=$(prefix)' \
    'includedir=$(includedir)' \
    'libdir=$(libdir)' \
    '' \
    'Name: quern-gmp' \
    'Description: big integers on every core' \
    'Version: $(version)' \
    'Requires: quern = $(version)' \
    'Cflags: -I$${includedir}' \
    'Libs: -L$${libdir} -lquern-gmp -lgmp' \
    'Libs.private: -lm'
to = $(DESTDIR)

# ---- the rest --------------------------------------------------------------

help:
	@sed -n 's/^## \{0,1\}//p' Makefile
.PHONY: help

clean:
	rm -rf build
.PHONY: clean

formatted := $(sort $(wildcard include/quern/*.h src/*.[ch] src/process/*.[ch] \
    kernels/*.[ch] bigint/*.[ch] tests/*.[ch] examples/*.[ch] bench/*.[ch] bench/*.cpp))
format-check:
	@clang-format-14 --dry-run -Werror $(formatted)
format:
	@clang-format-14 -i $(formatted)
.PHONY: format-check format

endif
