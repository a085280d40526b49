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
