# SPDX-License-Identifier: GPL-2.0
#
#   base -> tree -> build -> boot -> report
#
# make                 all of it for the two scenarios that show most; the result is a
#                      table and build/report/index.html
# make matrix          the same for more scenarios: more machines, and arm64
# make check           the matrix and the tests, and the boots of v7.3 that show most; ends
#                      with 'N passed, N failed, N skipped'
# make SERIES=v7.3     the same with the series for v7.3, in build/v7.3/
# make BASE=DIR        the same on a mainline clone or tree at v7.0-rc2, in build/mainline/
# make DEB=FILE        take a saved linux-source package instead of downloading it
# make O=DIR           the same in DIR instead of build/; 'make clean O=DIR' removes it
# make JOBS=N          the same with N compilers or machines at once, not one for each core
# make TIMEOUT_SCALE=N  the same where machines are slow: each has N times as long
# make HOSTS="a b"     the same with the machines booted on hosts that ssh reaches
# make boot SCENARIO=  those that are named, of scenarios/
# make boot KVM=1      the same with KVM instead of TCG
# make boot GDB=1      boot one machine, and have it wait for gdb
# make boot SHELL_IN_GUEST=1  boot one machine, and get a shell in it after its tests
# make list-scenarios  name those of the matrix
# make bundle          build what they boot, and pack it in build/bundle.tar for another clone
# make BUILT=yes       build nothing: for a clone in which a bundle was unpacked
# make report          the page and the last line of a matrix that was booted
# make cost            what the series costs: instructions of mappings, bytes of code
# make lint            what static tools find in the kit and in the series
# make kunit           the suites of the series with kunit.py: x86_64, arm64 and UML
# make mutants         break the series in each way of tests/mutants/: is it noticed?
# make generated       break it in each small way that a program finds: what is not noticed?
# make toolchains      who may use the attribute, with clang and with other configurations
# make bisect          does each patch build, bring no warning, and boot? Tries those left
# make cross           compile what the series touches for ten targets: no new warnings?
# make tree            lay out build/series, a git tree with one commit per patch
# make refresh         write the commits of build/series back to patches/
# make mail POSTING=   write what is sent to the lists for a folder of patches/SERIES
# make docs            build the pages of Documentation/ in build/doc; takes no kernel
# make setup           install what is missing (root), or say how (others)
# make clean           remove build/, unless build/series has what patches/ has not
# make help            show this

# The folder of patches/; any other than the first is built in build/SERIES/.
export SERIES ?= v7.0-rc2
BASE ?=
DEB ?=
# Where these two are set, the tools find them in their environment.
JOBS := $(or $(JOBS),$(shell nproc))
TIMEOUT_SCALE ?= 1
# Of the command line alone; others use these names in the environment, too.
O := build
HOSTS :=
KVM :=
GDB :=
SHELL_IN_GUEST :=
RFC :=
$(foreach v,JOBS TIMEOUT_SCALE,$(if $(shell echo '$($v)' | grep -x '[1-9][0-9]*'),,\
	$(error $v is '$($v)': give a whole number from 1 on)))
$(foreach v,KVM GDB SHELL_IN_GUEST RFC,$(if $(filter-out 1,$($v)),$(error $v is '$($v)': give 1, or leave it out)))
$(if $(shell echo '$(O)' | grep -x '[[:alnum:]/._+-]\{1,\}'),,$(error O is '$(O)': name a folder with letters, \
	digits, / . _ + and -))
# The kernel's own make would take it for where it has to build.
unexport O
MAKEOVERRIDES := $(filter-out O=%,$(MAKEOVERRIDES))
OUT := $(O)$(addprefix /,$(filter-out v7.0-rc2,$(SERIES)))$(if $(BASE),/mainline)
SCENARIOS := $(filter-out parts,$(notdir $(wildcard scenarios/*)))
# The debug kernel takes longer to build and to boot than any other: 'make boot'.
MATRIX := $(filter-out debug-% cost-%,$(SCENARIOS))
COSTS := $(filter cost-%,$(SCENARIOS))
KERNELS := base series
COVERS := $(wildcard patches/$(SERIES)/*/0000-cover-letter.patch)
PATCHES := $(filter-out $(COVERS),$(wildcard patches/$(SERIES)/*/[0-9]*))
$(if $(PATCHES),,$(error patches/$(SERIES) holds no patches: name a folder that does with SERIES, \
	or get it back from git))

# The series brings KUnit suites: a boot that runs none is a failure.
judge.series := --suites

source := $(or $(BASE),$(OUT)/download/linux-source.deb)
ifneq ($(if $(BASE),,$(DEB)),)
# It may be older than what was made from another one.
other := $(shell [ $(OUT)/download/linux-source.deb -ef $(DEB) ] || echo FORCE)
endif
tests := $(patsubst tests/test_%.py,$(OUT)/check/%.ktap,$(wildcard tests/test_*.py))

include make/scenarios.mk

# A build keeps all cores busy, so builds run one after another; a boot takes one core.
# One that fails does not keep the others from telling. With -n nothing has been built.
dry_run = $(findstring n,$(firstword -$(MAKEFLAGS)))
make_again = $(MAKE) --no-print-directory O=$(O)
# With HOSTS others boot first; what did not come back is not booted here instead.
there = $(if $(dry_run),,$(if $(HOSTS),$(call logs,$(1))))
in_parallel = +@$(if $(there),$(call on_hosts,$(1)))$(make_again) --keep-going -j$(JOBS) \
	$(if $(dry_run),,BUILT=yes $(addprefix --assume-old=,$(there))) $(1)

# Two makes at once would build over each other. The first one has this clone until it ends.
goals := $(or $(MAKECMDGOALS),all)
ifeq ($(HAS_CLONE)$(dry_run)$(filter help,$(goals)),)
export HAS_CLONE := $(shell exec 9<>Makefile && flock -w 2 9 && \
	{ tail --pid=$$PPID -s 0.1 -f /dev/null >/dev/null 2>&1 & echo yes; })
$(if $(HAS_CLONE),,$(error Another make is at work in this clone: wait for it, or use another clone))
endif

# A target whose recipe failed must not look finished.
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all bisect boot brief bundle check clean cost cross docs generated help kunit lint list-scenarios mail matrix \
	mutants refresh report setup survey toolchains tree FORCE

all: setup $(call guests,$(main)) $(call xen,$(main))
	-$(call in_parallel,$(call verdicts,$(main)))
	@tools/report --detail $(OUT)/report/index.html $(call shown,$(main))
	@tools/tally $(OUT)/series $(call verdicts,$(main))

define tell_matrix
@tools/report $(OUT)/report/index.html $(call shown,$(MATRIX))
@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(call verdicts,$(MATRIX))
endef
matrix: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX))
	-$(call in_parallel,$(call verdicts,$(MATRIX)))
	$(tell_matrix)

report: setup
	$(tell_matrix)

cost: setup $(call guests,$(COSTS))
	-$(call in_parallel,$(call verdicts,$(COSTS)))
	@tools/cost $(OUT)/report/cost.html $(OUT)/base $(OUT)/series $(dir $(call verdicts,$(COSTS)))
	@tools/tally $(OUT)/series $(call verdicts,$(COSTS))

include make/setup.mk
include make/build.mk
include make/boot.mk
include make/elsewhere.mk
include make/check.mk
include make/suites.mk
include make/cross.mk
include make/bisect.mk

# Not in $(OUT): the pages are those of all series. Each time anew: of pages that it has read
# before, Sphinx repeats no warning.
docs: setup
	@OUT=$(O) sphinx-build -E -W --keep-going Documentation $(O)/doc

clean:
	@tools/clean $(O)

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile
