# SPDX-License-Identifier: GPL-2.0
# Boots with HOSTS on other machines, and in another clone, which gets a bundle.

# What is booted there, and what has to be fetched for it.
logs = $(patsubst %/result.ktap,%/serial.log,$(filter $(results)/%/result.ktap,$(1)))
fetched = $(filter-out FORCE,$(sort $(foreach s,$(SCENARIOS),$(if $(filter $(results)/$(s)/%,$(1)),$(call programs,$(s))))))
define on_hosts
$(if $(call fetched,$(1)),$(make_again) BUILT=yes $(call fetched,$(1));) \
$(make_again) -n BUILT=yes $(call logs,$(1)) | tools/boot-on-hosts $(OUT)/log/hosts $(HOSTS) || exit;
endef

list-scenarios:
	@printf '%s\n' $(MATRIX)

# A boot is judged with the kunit.py of its kernel.
image_of = $(call image,$(2),$(build.$(1)))
bundle: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX)) $(call fetched,$(call verdicts,$(MATRIX)))
	@tar -cf $(O)/bundle.tar --exclude='*.cpio.d' --exclude=__pycache__ $(call guests,$(MATRIX)) \
		$(sort $(call each_boot,$(MATRIX),image_of)) $(call xen,$(MATRIX)) $(OUT)/download/*.cpio* \
		$(KERNELS:%=$(OUT)/%/tools/testing/kunit)
