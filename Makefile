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
# make boot SCENARIO=  those that are named, of scenarios/
# make boot KVM=1      the same with KVM instead of TCG
# make boot GDB=1      boot one machine, and have it wait for gdb
# make boot SHELL_IN_GUEST=1  boot one machine, and get a shell in it after its tests
# make cost            what the series costs: instructions of mappings, bytes of code
# make lint            what static tools find in the kit and in the series
# make kunit           the suites of the series with kunit.py: x86_64, arm64 and UML
# make mutants         break the series in each way of tests/mutants/: is it noticed?
# make toolchains      who may use the attribute, with clang and with other configurations
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
KVM :=
GDB :=
SHELL_IN_GUEST :=
$(foreach v,JOBS TIMEOUT_SCALE,$(if $(shell echo '$($v)' | grep -x '[1-9][0-9]*'),,\
	$(error $v is '$($v)': give a whole number from 1 on)))
$(foreach v,KVM GDB SHELL_IN_GUEST,$(if $(filter-out 1,$($v)),$(error $v is '$($v)': give 1, or leave it out)))
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

# What the scenarios say, as SCENARIO:KEY=WORD.
says := $(shell awk '{ key = $$0 } sub(/[ \t]*=.*/, "", key) { sub(/[^=]*=/, ""); for (i = 1; i <= NF; i++) \
	print substr(FILENAME, 11) ":" key "=" $$i }' $(addprefix scenarios/,$(SCENARIOS)) $(wildcard scenarios/parts/*))
key = $(patsubst $(1):$(2)=%,%,$(filter $(1):$(2)=%,$(says)))
# Each once: a circle, which the tools refuse, would never end here.
likes = $(foreach l,$(filter-out $(2),$(call key,$(1),like)),$(l) $(call likes,$(l),$(2) $(l)))
# What is built for a scenario: its ARCH or ARCH-CONFIG, for each of its kernels. Each
# of these words adds the fragments of its folder in configs/.
$(foreach s,$(SCENARIOS),\
	$(eval build.$(s) := $(call key,$(s),arch)$(addprefix -,$(call key,$(s),config)))\
	$(eval kernels.$(s) := $(or $(call key,$(s),kernels),$(KERNELS)))\
	$(eval all.$(s) := $(s) $(call likes,$(s)))\
	$(eval files.$(s) := $(addprefix scenarios/,$(all.$(s))))\
	$(eval uses.$(s) := $(foreach l,$(all.$(s)),$(foreach k,hypervisor programs acpi devicetree,$(addprefix $(k)=,$(call key,$(l),$(k))))))\
	$(eval compared.$(s) := $(foreach l,$(all.$(s)),$(foreach k,not-above below no-more,$(call key,$(l),$(k))))))
fragments = $(wildcard configs/*.config $(patsubst %,configs/%/*.config,$(subst -, ,$(1)) $(2) $(SERIES) $(2)/$(SERIES)))
image = $(OUT)/$(1)/obj-$(2)/arch/$(image.$(firstword $(subst -, ,$(2))))
image.arm64 := arm64/boot/Image
image.x86_64 := x86/boot/bzImage

# Xen, if one of the scenarios runs under it.
xen = $(if $(filter hypervisor=%,$(foreach s,$(1),$(uses.$(s)))),$(OUT)/download/xen)

# MUTANT=SCENARIO.
named := $(shell awk '/^Scenario: / { gsub(/.*\/|\.patch$$/, "", FILENAME); print FILENAME "=" $$2 }' tests/mutants/*.patch)
mutant_scenario = $(patsubst $(1)=%,%,$(filter $(1)=%,$(named)))

# What a machine that a person has the terminal of leaves is not judged, and KVM's results
# are not those of TCG.
by_hand := $(strip $(if $(GDB),--gdb) $(if $(SHELL_IN_GUEST),--shell /bin/busybox))
results := $(OUT)/results$(if $(KVM),-kvm)

each_boot = $(foreach s,$(1),$(foreach k,$(kernels.$(s)),$(call $(2),$(s),$(k))))
guest = $(OUT)/guest/$(build.$(1))/$(2).cpio
verdict = $(results)/$(1)/$(2)/result.ktap
guests = $(sort $(call each_boot,$(1),guest))
verdicts = $(call each_boot,$(1),verdict)
main := direct swiotlb-force
# What the report shows: only what was booted now.
shown = $(patsubst %/result.ktap,$(SERIES)=%,$(call verdicts,$(1)))
# For another series than the first, whose tests and other machines are the same.
briefly := $(main) address-limited-noforce intel-iommu-untrusted unmap-mismatch \
	xen-dom0 xen-dom0-swiotlb-force

# A build keeps all cores busy, so builds run one after another; a boot takes one core.
# One that fails does not keep the others from telling. With -n nothing has been built.
dry_run = $(findstring n,$(firstword -$(MAKEFLAGS)))
make_again = $(MAKE) --no-print-directory O=$(O)
in_parallel = +@$(make_again) --keep-going -j$(JOBS) $(if $(dry_run),,BUILT=yes) $(1)

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
.PHONY: all boot brief check clean cost docs help kunit lint mail matrix mutants refresh setup toolchains tree FORCE

all: setup $(call guests,$(main)) $(call xen,$(main))
	-$(call in_parallel,$(call verdicts,$(main)))
	@tools/report --detail $(OUT)/report/index.html $(call shown,$(main))
	@tools/tally $(OUT)/series $(call verdicts,$(main))

matrix: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX))
	-$(call in_parallel,$(call verdicts,$(MATRIX)))
	@tools/report $(OUT)/report/index.html $(call shown,$(MATRIX))
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(call verdicts,$(MATRIX))

cost: setup $(call guests,$(COSTS))
	-$(call in_parallel,$(call verdicts,$(COSTS)))
	@tools/cost $(OUT)/report/cost.html $(OUT)/base $(OUT)/series $(dir $(call verdicts,$(COSTS)))
	@tools/tally $(OUT)/series $(call verdicts,$(COSTS))

# The purposes of the table in tools/install-packages that the goals have: those of what
# they boot, and more. A goal that is not here may have all, and so has 'setup'.
boots.all = $(main)
boots.matrix = $(MATRIX)
boots.cost = $(COSTS)
boots.check = $(if $(filter v7.0-rc2,$(SERIES)),$(MATRIX),$(briefly))
boots.brief = $(briefly)
boots.boot = $(SCENARIO)
boots.mutants = $(mutant_scenarios)
more.check := check docs lint
more.docs := docs
more.kunit := build x86_64 arm64
more.lint := docs lint
more.refresh := tree
more.tree := tree
more.toolchains := build x86_64 arm64
purpose = $(if $(filter-out docs,$(1)),tree $(if $(BASE),,package)) $(more.$(1)) \
	$(if $(boots.$(1)),build) $(foreach s,$(boots.$(1)),\
	$(firstword $(subst -, ,$(build.$(s)))) $(foreach u,acpi devicetree programs,$(if $(filter $(u)=%,$(uses.$(s))),$(u))))
others = $(strip $(foreach g,$(goals),$(if $(more.$(g))$(boots.$(g)),,$(g))))
# 'make clean' removes no folder without it.
$(O)/.kit:
	@[ $(O) -ef build ] || [ -z "$$(ls -A $(O) 2>/dev/null)" ] || \
		{ echo "make: O is $(O), which holds other things: name a new or an empty folder" >&2; exit 2; }
	@mkdir -p $(@D) && touch $@

setup: | $(O)/.kit
	$(if $(BUILT),,@tools/install-packages $(if $(others),,$(sort $(foreach g,$(goals),$(call purpose,$(g))))))

# base and tree

# A link is known the next time, too, when DEB is not named.
$(OUT)/download/linux-source.deb: $(other) | setup
	@tools/fetch-kernel $(addprefix --saved ,$(DEB)) $@

$(OUT)/base.stamp: $(source) $(other) base/sources $(wildcard base/debian-*/*.patch) | setup
	@[ ! -e $(OUT)/base ] || echo "removing the old $(OUT)/base"
	@rm -rf $(OUT)/base
	@tools/make-base $(source) $(OUT)/base
	@touch $@

$(OUT)/series.stamp: $(OUT)/base.stamp $(COVERS) $(PATCHES) $(wildcard patches/$(SERIES)/names.sed)
	@tools/make-series $(OUT)/base $(OUT)/series
	@touch $@

tree: $(OUT)/series.stamp

refresh: | setup
	@tools/refresh $(OUT)/series
	@touch $(OUT)/series.stamp

# REROLL=2 for the second version, and PREVIOUS=DIR with the mails of the first. What is set
# here reaches the kernel's own make, for which VERSION is a part of the kernel's.
mail: $(OUT)/series.stamp
	@tools/write-mail $(REROLL:%=--reroll %) $(PREVIOUS:%=--previous %) \
		$(OUT)/series "$(POSTING)" $(OUT)/mail/$(POSTING)$(REROLL:%=-v%)

# build: not in the make that boots

ifndef BUILT
# Also with -j: each step keeps all cores busy.
.NOTPARALLEL:

# People edit the series: the kernel's own make says whether there is anything to do.
define build_rules
$(call image,base,$(1)): $(OUT)/base.stamp $(call fragments,$(1),base)
	@tools/build-kernel $(OUT)/base $(1) $(call fragments,$(1),base)
	@touch $$@

$(call image,series,$(1)): $(OUT)/series.stamp $(call fragments,$(1),series) FORCE
	@tools/build-kernel --from $(OUT)/base $(OUT)/series $(1) $(call fragments,$(1),series)

$(OUT)/guest/$(1)/%.cpio: $(call image,%,$(1)) $(wildcard guest/* guest/*/*)
	@tools/build-guest $(OUT)/$$* $(1) $$@
endef
$(foreach b,$(sort $(foreach s,$(SCENARIOS),$(build.$(s)))),$(eval $(call build_rules,$(b))))
endif

# boot and report: exit code 1 is a verdict, too, which the tally reports

$(OUT)/download/xen: | setup
	@tools/fetch-xen $@

# Where there is nothing to fetch, the boots say why and are skipped, until there is.
programs = $(foreach f,$(patsubst programs=%,$(OUT)/download/%.cpio,$(filter programs=%,$(uses.$(1)))),$(f) $(if $(wildcard $(f)),,FORCE))
$(OUT)/download/rdma-core.cpio: | setup
	@mkdir -p $(@D)
	@tools/fetch-rdma-core $@ 2>$@.why || { code=$$?; cat $@.why >&2; [ $$code -eq 2 ]; }

# Of a scenario, with an image, and the guest for a kernel.
boot = tools/boot --xen $(OUT)/download/xen --programs $(OUT)/download/rdma-core.cpio \
	$(if $(KVM),--kvm) scenarios/$(1) $(2) $(call guest,$(1),$(3))

define boot_rules
$(results)/$(1)/$(2)/serial.log: $(files.$(1)) $(call image,$(2),$(build.$(1))) $(call guest,$(1),$(2)) \
		$(call programs,$(1)) \
		tools/boot tools/scenarios.py $(wildcard guest/*.asl guest/*.dtsi) | $(call xen,$(1))
	@rm -rf $$(@D)
	@$(call boot,$(1),$(call image,$(2),$(build.$(1))),$(2)) $$@

$(call verdict,$(1),$(2)): $(files.$(1)) $(results)/$(1)/$(2)/serial.log \
		tools/judge tools/ktap.py tools/scenarios.py $(if $(compared.$(1)),$(filter-out %/$(2)/result.ktap,$(call verdict,$(1),base)))
	@tools/judge $(judge.$(2)) $(OUT)/$(2) $$< $(2) $(results)/$(1)/$(2)/serial.log || [ $$$$? -eq 1 ]
endef
$(foreach s,$(SCENARIOS),$(foreach k,$(kernels.$(s)),$(eval $(call boot_rules,$(s),$(k)))))

ifneq ($(filter boot,$(goals)),)
$(if $(strip $(SCENARIO)),,$(error Name one or more with SCENARIO: $(SCENARIOS)))
$(foreach s,$(filter-out $(SCENARIOS),$(SCENARIO)),$(error There is no scenario '$s'; choose of: $(SCENARIOS)))
$(if $(and $(by_hand),$(word 2,$(SCENARIO))),$(error GDB and SHELL_IN_GUEST are for one machine: name one SCENARIO))
else
# In the make that boots, the goals are the verdicts.
$(if $(filter-out %.ktap,$(goals)),$(if $(KVM)$(by_hand),$(error KVM, GDB and SHELL_IN_GUEST are for 'make boot': \
	leave them out)))
endif
ifneq ($(by_hand),)
kernel := $(lastword $(kernels.$(SCENARIO)))
boot: setup $(call guest,$(SCENARIO),$(kernel)) $(call programs,$(SCENARIO)) $(call xen,$(SCENARIO))
	@$(call boot,$(SCENARIO),$(call image,$(kernel),$(build.$(SCENARIO))),$(kernel)) $(by_hand) \
		$(OUT)/by-hand/$(SCENARIO)/$(kernel)/serial.log
else
boot: setup $(call guests,$(SCENARIO)) $(call xen,$(SCENARIO))
	-$(call in_parallel,$(call verdicts,$(SCENARIO)))
	@tools/report --detail $(OUT)/report/index.html $(call shown,$(SCENARIO))
	@tools/tally $(OUT)/series $(call verdicts,$(SCENARIO))
endif

# check: exit code 1 is a failed test, which the tally reports; more is no result at all

brief_verdicts = $(call verdicts,$(briefly)) $(addprefix $(OUT)/check/,checkpatch.ktap docs.ktap series.ktap mail.ktap)
ifeq ($(SERIES),v7.0-rc2)
all_verdicts := $(call verdicts,$(MATRIX)) $(tests) $(addprefix $(OUT)/check/,mainline.ktap checkpatch.ktap suites.ktap)
# Without its base: that is a pinned package, and 'make matrix SERIES=v7.3' boots it.
other_verdicts := $(if $(BASE),,$(patsubst $(OUT)/%,$(O)/v7.3/%,$(filter-out %/base/result.ktap,$(brief_verdicts))))
check: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX))
	-$(call in_parallel,$(all_verdicts))
	$(if $(BASE),,-+@$(make_again) SERIES=v7.3 DEB= KERNELS=series brief)
	@OUT=$(OUT) python3 tests/readme.py >$(OUT)/check/readme.ktap || [ $$? -eq 1 ]
	@tools/report $(OUT)/report/index.html $(call shown,$(MATRIX)) \
		$(patsubst %/result.ktap,v7.3=%,$(filter %/result.ktap,$(other_verdicts)))
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(all_verdicts) $(other_verdicts) $(OUT)/check/readme.ktap
else
check: brief
	@tools/report $(OUT)/report/index.html $(call shown,$(briefly))
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(brief_verdicts)
endif

brief: setup $(call guests,$(briefly)) $(call xen,$(briefly))
	-$(call in_parallel,$(brief_verdicts))

$(OUT)/check/mainline.ktap: $(PATCHES) base/v7.0-rc2.fingerprints \
		tools/replay-on-mainline tools/fingerprints.py tools/patchfile.py | setup
	@mkdir -p $(@D)
	@tools/replay-on-mainline >$@ || [ $$? -eq 1 ]

$(OUT)/check/checkpatch.ktap: $(PATCHES) $(OUT)/base.stamp tools/check-patches
	@mkdir -p $(@D)
	@tools/check-patches $(OUT)/base $(filter %.patch,$(PATCHES)) >$@ || [ $$? -eq 1 ]

$(OUT)/check/suites.ktap: $(filter %/series/result.ktap,$(call verdicts,$(MATRIX))) tools/check-suites tools/ktap.py
	@mkdir -p $(@D)
	@tools/check-suites $(OUT)/series $(filter %/result.ktap,$^) >$@ || [ $$? -eq 1 ]

$(tests): $(OUT)/check/%.ktap: tests/test_%.py $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@OUT=$(OUT) python3 $< >$@ || [ $$? -eq 1 ]

# lint: all of this is a part of check, too

lints := $(addprefix $(OUT)/check/,style.ktap checkpatch.ktap docs.ktap)
lint: setup $(OUT)/series.stamp
	-$(call in_parallel,$(lints))
	@tools/tally $(OUT)/series $(lints)

$(OUT)/check/style.ktap: $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@OUT=$(OUT) python3 tests/test_repository.py StyleTest >$@ || [ $$? -eq 1 ]

# the suites, and what they catch

# Those of mm alone are in a kernel without dma-debug.
suites := $(patsubst %,$(OUT)/kunit/%.ktap,um x86_64 x86_64-swiotlb=force arm64 arm64-swiotlb=force \
	x86_64-mm x86_64-mm-swiotlb=force)
kunit: setup $(suites)
	@tools/tally $(OUT)/series $(suites)

$(suites): $(OUT)/kunit/%.ktap: $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@tools/run-kunit $(if $(filter mm,$(subst -, ,$*)),--only mm) $(OUT)/series $(firstword $(subst -, ,$*)) $@ \
		$(filter swiotlb=%,$(subst -, ,$*))

# All in one kernel of each kind, which boots without any of them first.
mutants := $(patsubst tests/%.patch,$(OUT)/%.ktap,$(wildcard tests/mutants/*.patch))
mutant_scenarios := $(sort $(foreach n,$(named),$(lastword $(subst =, ,$(n)))))
mutant_builds := $(sort $(foreach s,$(mutant_scenarios),$(build.$(s))))
planted = $(call image,mutants/series,$(1))
unchanged = $(OUT)/mutants/$(1)/series/result.ktap
mutants: setup $(call guests,$(mutant_scenarios)) $(call xen,$(mutant_scenarios)) \
		$(foreach b,$(mutant_builds),$(call planted,$(b)))
	-$(call in_parallel,$(mutants))
	@tools/tally $(OUT)/series $(mutants)

ifndef BUILT
$(OUT)/mutants/series/mutants: $(wildcard tests/mutants/*.patch) $(OUT)/series.stamp \
		tools/plant-mutants tools/functions.py $(foreach b,$(mutant_builds),$(call image,series,$(b)))
	@tools/plant-mutants $(addprefix --names ,$(wildcard patches/$(SERIES)/names.sed)) \
		$(OUT)/series $(@D) $(filter %.patch,$^)

define planted_rule
$(call planted,$(1)): $(OUT)/mutants/series/mutants
	@tools/build-kernel --from $(OUT)/series $(OUT)/mutants/series $(1) $(call fragments,$(1),series)
endef
$(foreach b,$(mutant_builds),$(eval $(call planted_rule,$(b))))
endif

define unchanged_rule
$(call unchanged,$(1)): $(files.$(1)) $(call planted,$(build.$(1))) $(call guest,$(1),series) \
		$(call programs,$(1)) $(if $(compared.$(1)),$(call verdict,$(1),base))
	@rm -rf $$(@D)
	@mkdir -p $$(@D)
	@ln -sfn $$(abspath $(OUT)/results/$(1)/base) $(OUT)/mutants/$(1)/base
	@$(call boot,$(1),$(call planted,$(build.$(1))),series) $$(@D)/serial.log
	@tools/judge --suites $(OUT)/series $$< series $$(@D)/serial.log || [ $$$$? -eq 1 ]
endef
$(foreach s,$(mutant_scenarios),$(eval $(call unchanged_rule,$(s))))

define mutant_rule
$(OUT)/mutants/$(1).ktap: tests/mutants/$(1).patch $(call unchanged,$(call mutant_scenario,$(1))) \
		$(addprefix tools/,try-mutant boot judge scenarios.py)
	@tools/try-mutant $(OUT) $$< $$@
endef
$(foreach m,$(patsubst tests/mutants/%.patch,%,$(wildcard tests/mutants/*.patch)),$(eval $(call mutant_rule,$(m))))

toolchains := $(patsubst tests/toolchains/%.config,%,$(wildcard tests/toolchains/*-*.config))
toolchains: $(toolchains)
	@mkdir -p $(OUT)/check
	@OUT=$(OUT) PYTHONPATH=tools python3 tests/toolchains.py >$(OUT)/check/toolchains.ktap || [ $$? -eq 1 ]
	@tools/tally $(OUT)/series $(OUT)/check/toolchains.ktap

$(toolchains): $(OUT)/series.stamp FORCE
	@tools/install-packages clang
	@$(if $(filter %-lto %-clang,$@),LLVM=-19) tools/build-kernel $(OUT)/series $@ \
		$(addprefix tests/toolchains/,kernel.config $@.config) $(filter %/symbols.config,$^)

# What the modules of tests/token use; of the tree's own there is none. A path that is not
# absolute would start at the tree, wherever that is.
x86_64-trim: $(OUT)/toolchains/symbols.config
$(OUT)/toolchains/symbols.config:
	@mkdir -p $(@D)
	@echo 'CONFIG_UNUSED_KSYMS_WHITELIST="$(CURDIR)/tests/toolchains/trim.symbols"' >$@

# Not in $(OUT): the pages are those of all series. Each time anew: of pages that it has read
# before, Sphinx repeats no warning.
docs: setup
	@OUT=$(O) sphinx-build -E -W --keep-going Documentation $(O)/doc

clean:
	@tools/clean $(O)

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile
