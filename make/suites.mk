# SPDX-License-Identifier: GPL-2.0
# The suites with kunit.py, what they and the boots catch, and who may use the attribute.

# Those of mm alone are in a kernel without dma-debug.
suites := $(patsubst %,$(OUT)/kunit/%.ktap,um x86_64 x86_64-swiotlb=force arm64 arm64-swiotlb=force \
	x86_64-mm x86_64-mm-swiotlb=force)
kunit: setup $(suites)
	@tools/tally $(OUT)/series $(suites)

$(suites): $(OUT)/kunit/%.ktap: $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@tools/run-kunit $(if $(filter mm,$(subst -, ,$*)),--only mm) $(OUT)/series $(firstword $(subst -, ,$*)) $@ \
		$(filter swiotlb=%,$(subst -, ,$*))

# Of tests/mutants/, and each small change that generate-mutants finds: all in one kernel of
# each kind, which boots without any of them first.
patches.mutants := tests/mutants
patches.generated := $(OUT)/generated/patches
folders := mutants $(if $(filter survey $(OUT)/generated/%,$(goals)),generated)
$(foreach f,$(folders),$(eval named.$(f) := $(call named,$(patches.$(f))))\
	$(eval scenarios.$(f) := $(sort $(foreach n,$(named.$(f)),$(lastword $(subst =, ,$(n))))))\
	$(eval builds.$(f) := $(sort $(foreach s,$(scenarios.$(f)),$(build.$(s))))))
tried = $(patsubst $(patches.$(1))/%.patch,$(OUT)/$(1)/%.ktap,$(wildcard $(patches.$(1))/*.patch))
planted = $(call image,$(1)/series,$(2))
unchanged = $(OUT)/$(1)/$(2)/series/result.ktap
all_planted = $(call guests,$(scenarios.$(1))) $(call xen,$(scenarios.$(1))) \
	$(foreach b,$(builds.$(1)),$(call planted,$(1),$(b)))
mutants: setup $(call all_planted,mutants)
	-$(call in_parallel,$(call tried,mutants))
	@tools/tally $(OUT)/series $(call tried,mutants)

# A mutant has its name from what its function becomes, so its result stays until that is
# changed. One that survived or was skipped is tried again. Make looks for the patches when it
# starts, so another make tries them.
generated: setup $(OUT)/generated/series/mutants
	@grep -ls '^not ok\|# SKIP' $(OUT)/generated/*.ktap | xargs -r rm
	+@$(make_again) survey
survey: $(call all_planted,generated)
	@tools/survey $(OUT)/generated || [ $$? -eq 1 ]
	-$(call in_parallel,$(call tried,generated))
	@tools/survey $(OUT)/generated

$(OUT)/generated/patches: $(OUT)/series.stamp tests/equivalent-mutants tools/generate-mutants tools/functions.py
	@mkdir -p $(@D)
	@tools/generate-mutants $(names) $(OUT)/series tests/equivalent-mutants $@

names = $(addprefix --names ,$(wildcard patches/$(SERIES)/names.sed))
ifndef BUILT
$(OUT)/mutants/series/mutants: $(wildcard tests/mutants/*.patch)
$(OUT)/generated/series/mutants: $(OUT)/generated/patches
$(OUT)/%/series/mutants: $(OUT)/series.stamp tools/plant-mutants tools/functions.py \
		$(foreach b,$(builds.mutants),$(call image,series,$(b)))
	@tools/plant-mutants $(if $(filter generated,$*),--leave-out,$(names)) \
		$(OUT)/series $(@D) $(patches.$*)/*.patch

define planted_rule
$(call planted,$(1),$(2)): $(OUT)/$(1)/series/mutants
	@tools/build-kernel --from $(OUT)/series $(OUT)/$(1)/series $(2) $(call fragments,$(2),series)
endef
$(foreach f,$(folders),$(foreach b,$(builds.$(f)),$(eval $(call planted_rule,$(f),$(b)))))
endif

define unchanged_rule
$(call unchanged,$(1),$(2)): $(files.$(2)) $(call planted,$(1),$(build.$(2))) $(call guest,$(2),series) \
		$(call programs,$(2)) $(if $(compared.$(2)),$(call verdict,$(2),base))
	@rm -rf $$(@D)
	@mkdir -p $$(@D)
	@ln -sfn $$(abspath $(OUT)/results/$(2)/base) $(OUT)/$(1)/$(2)/base
	@$(call boot,$(2),$(call planted,$(1),$(build.$(2))),series) $$(@D)/serial.log
	@tools/judge --suites $(OUT)/series $$< series $$(@D)/serial.log || [ $$$$? -eq 1 ]
endef
$(foreach f,$(folders),$(foreach s,$(scenarios.$(f)),$(eval $(call unchanged_rule,$(f),$(s)))))

define mutant_rule
$(OUT)/$(1)/$(2).ktap: $(if $(filter generated,$(1)),|) $(patches.$(1))/$(2).patch \
		$(foreach s,$(patsubst $(2)=%,%,$(filter $(2)=%,$(named.$(1)))),$(call unchanged,$(1),$(s))) \
		$(addprefix tools/,try-mutant boot judge scenarios.py)
	@tools/try-mutant $(OUT) $(OUT)/$(1) $(patches.$(1))/$(2).patch $$@
endef
$(foreach f,$(folders),$(foreach m,$(call tried,$(f)),$(eval $(call mutant_rule,$(f),$(basename $(notdir $(m)))))))

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
