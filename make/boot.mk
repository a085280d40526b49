# SPDX-License-Identifier: GPL-2.0
# The boots and their verdicts: exit code 1 is one, too, which the tally reports.

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
# In the make that boots, the goals are files.
$(if $(filter-out $(OUT)/%,$(goals)),$(if $(KVM)$(by_hand),$(error KVM, GDB and SHELL_IN_GUEST are for 'make boot': \
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
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(call verdicts,$(SCENARIO))
endif
