# SPDX-License-Identifier: GPL-2.0
# What the scenarios say, and what is built and booted for them.

# As SCENARIO:KEY=WORD.
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

# MUTANT=SCENARIO, for each scenario of each mutant in a folder.
named = $(shell awk '/^Scenario: / { gsub(/.*\/|\.patch$$/, "", FILENAME); for (i = 2; i <= NF; i++) \
	{ sub(/\/suites$$/, "", $$i); print FILENAME "=" $$i } }' $(wildcard $(1)/*.patch) /dev/null)

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
