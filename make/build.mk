# SPDX-License-Identifier: GPL-2.0
# The base and the tree of the series, the mails, the kernels and the guests.

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

# RFC=1 for what is not to be applied yet, REROLL=2 for the second version, and PREVIOUS=DIR
# with the mails of the first. What is set here reaches the kernel's own make, for which
# VERSION is a part of the kernel's.
mail: $(OUT)/series.stamp
	@tools/write-mail $(if $(RFC),--rfc) $(REROLL:%=--reroll %) $(PREVIOUS:%=--previous %) \
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
