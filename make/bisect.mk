# SPDX-License-Identifier: GPL-2.0
# Each patch after the other. What is known of them means nothing with other machines.

$(OUT)/bisect.stamp: $(call fragments,x86_64,series) $(wildcard guest/* guest/*/* tests/cross/*.config) \
		$(foreach s,$(main),$(files.$(s))) configs/Kconfig \
		$(addprefix tools/,boot build-guest build-kernel judge ktap.py scenarios.py try-patches) | setup
	@rm -rf $(OUT)/bisect/*.ktap $(OUT)/bisect/boots
	@touch $@

bisect: setup $(OUT)/series.stamp $(OUT)/bisect.stamp
	@tools/try-patches $(OUT)/base $(OUT)/series $(OUT)/bisect $(call fragments,x86_64,series)
