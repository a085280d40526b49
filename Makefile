# SPDX-License-Identifier: GPL-2.0
#
#   base -> tree -> build -> boot -> report
#
# make                 all of it on x86_64; the result is a table and build/report/index.html
# make check           the same on arm64 as well, and every test; ends with 'N passed, N failed, N skipped'
# make BASE=DIR        the same on a mainline clone or tree at v7.0-rc2, in build/mainline/
# make boot SCENARIO=  one scenario of scenarios/
# make tree            lay out build/series, a git tree with one commit per patch
# make refresh         write the commits of build/series back to patches/
# make setup           install what is missing (root), or say how (others)
# make clean           remove build/

BASE ?=
OUT := build$(if $(BASE),/mainline)
SCENARIOS := $(notdir $(wildcard scenarios/*))
KERNELS := base series
PATCHES := $(wildcard patches/*.patch)

# How to judge a kernel; with --suites, a boot that runs no KUnit suite is a failure.
judge.base :=
judge.series :=

source := $(or $(BASE),$(OUT)/download/linux-source.deb)
tests := $(patsubst tests/test_%.py,$(OUT)/check/%.ktap,$(wildcard tests/test_*.py))

# The architecture of a scenario, and what is built for one.
arch = $(shell sed -n 's/^arch *= *\([^ ]*\).*/\1/p' scenarios/$(1))
fragments = $(wildcard configs/*.config configs/$(1)/*.config)
image = $(OUT)/$(1)/obj-$(2)/arch/$(image.$(2))
image.arm64 := arm64/boot/Image
image.x86_64 := x86/boot/bzImage

verdicts = $(foreach s,$(1),$(foreach k,$(KERNELS),$(OUT)/results/$(s)/$(k)/result.ktap))
of_arch = $(foreach s,$(SCENARIOS),$(if $(filter $(1),$(call arch,$(s))),$(s)))

# A target whose recipe failed must not look finished.
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all boot check clean refresh setup tree FORCE

all: setup $(call verdicts,$(call of_arch,x86_64))
	@tools/report $(OUT)/results $(OUT)/report/index.html

setup:
	@tools/install-packages

# base and tree

$(OUT)/download/linux-source.deb: | setup
	@tools/fetch-kernel $@

$(OUT)/base.stamp: $(source) $(wildcard base/debian-7.2/*.patch) | setup
	@[ ! -e $(OUT)/base ] || echo "removing the old $(OUT)/base"
	@rm -rf $(OUT)/base
	@tools/make-base $(source) $(OUT)/base
	@touch $@

$(OUT)/series.stamp: $(OUT)/base.stamp $(PATCHES)
	@tools/make-series $(OUT)/base $(OUT)/series
	@touch $@

tree: $(OUT)/series.stamp

refresh: | setup
	@tools/refresh $(OUT)/series
	@touch $(OUT)/series.stamp

# build

# People edit the series: the kernel's own make says whether there is anything to do.
define build_rules
$(call image,base,$(1)): $(OUT)/base.stamp $(call fragments,$(1))
	@tools/build-kernel $(OUT)/base $(1) $(call fragments,$(1))
	@touch $$@

$(call image,series,$(1)): $(OUT)/series.stamp $(call fragments,$(1)) FORCE
	@tools/build-kernel $(OUT)/series $(1) $(call fragments,$(1))

$(OUT)/guest/$(1)/%.cpio: $(call image,%,$(1)) $(wildcard guest/*)
	@tools/build-guest $(OUT)/$$* $(1) $$@
endef
$(foreach a,$(sort $(foreach s,$(SCENARIOS),$(call arch,$(s)))),$(eval $(call build_rules,$(a))))

# boot and report

$(OUT)/download/xen: | setup
	@tools/fetch-xen $@

define boot_rules
$(OUT)/results/$(1)/$(2)/serial.log: scenarios/$(1) $(call image,$(2),$(3)) $(OUT)/guest/$(3)/$(2).cpio \
		tools/boot tools/scenarios.py $(wildcard guest/*.asl guest/*.dtsi) | $(OUT)/download/xen
	@tools/boot --xen $(OUT)/download/xen $$< $(call image,$(2),$(3)) $(OUT)/guest/$(3)/$(2).cpio $$@

$(OUT)/results/$(1)/$(2)/result.ktap: scenarios/$(1) $(OUT)/results/$(1)/$(2)/serial.log \
		tools/judge tools/ktap.py tools/scenarios.py
	@tools/judge $(judge.$(2)) $(OUT)/$(2) $$< $(2) $(OUT)/results/$(1)/$(2)/serial.log
endef
$(foreach s,$(SCENARIOS),$(foreach k,$(KERNELS),$(eval $(call boot_rules,$(s),$(k),$(call arch,$(s))))))

boot: setup $(call verdicts,$(SCENARIO))
	@tools/report $(OUT)/results $(OUT)/report/index.html

# check: exit code 1 is a failed test, which the tally reports; more is no result at all

check: setup $(call verdicts,$(SCENARIOS)) $(OUT)/check/mainline.ktap $(OUT)/check/checkpatch.ktap $(tests)
	@tools/report $(OUT)/results $(OUT)/report/index.html
	@tools/tally $(OUT)/series $(filter %.ktap,$^)

$(OUT)/check/mainline.ktap: $(PATCHES) base/v7.0-rc2/MANIFEST tools/replay-on-mainline tools/fingerprints.py tools/patchfile.py | setup
	@mkdir -p $(@D)
	@tools/replay-on-mainline >$@ || [ $$? -eq 1 ]

$(OUT)/check/checkpatch.ktap: $(PATCHES) $(OUT)/base.stamp tools/check-patches
	@mkdir -p $(@D)
	@tools/check-patches $(OUT)/base $(PATCHES) >$@ || [ $$? -eq 1 ]

$(tests): $(OUT)/check/%.ktap: tests/test_%.py $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@OUT=$(OUT) python3 $< >$@ || [ $$? -eq 1 ]

clean:
	rm -rf build
