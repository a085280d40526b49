# SPDX-License-Identifier: GPL-2.0
# Boots in another clone, which gets a bundle.

fetched = $(filter-out FORCE,$(sort $(foreach s,$(SCENARIOS),$(if $(filter $(results)/$(s)/%,$(1)),$(call programs,$(s))))))

list-scenarios:
	@printf '%s\n' $(MATRIX)

# A boot is judged with the kunit.py of its kernel.
image_of = $(call image,$(2),$(build.$(1)))
bundle: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX)) $(call fetched,$(call verdicts,$(MATRIX)))
	@tar -cf $(O)/bundle.tar --exclude='*.cpio.d' --exclude=__pycache__ $(call guests,$(MATRIX)) \
		$(sort $(call each_boot,$(MATRIX),image_of)) $(call xen,$(MATRIX)) $(OUT)/download/*.cpio* \
		$(KERNELS:%=$(OUT)/%/tools/testing/kunit)
