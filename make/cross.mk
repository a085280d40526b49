# SPDX-License-Identifier: GPL-2.0
# What the series touches, for other architectures and with another compiler.

crosses := $(patsubst tests/cross/%.config,$(OUT)/cross/%.ktap,\
	$(filter-out %/kernel.config,$(wildcard tests/cross/*.config)))
cross: setup
	-+@$(make_again) --keep-going $(crosses)
	@tools/tally $(OUT)/series $(crosses)

# Where there is no such compiler, the target is skipped and says so.
$(crosses): $(OUT)/cross/%.ktap: $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	-@tools/install-packages $(if $(findstring clang,$*),clang,$(firstword $(subst -, ,$*)))
	@$(if $(findstring clang,$*),LLVM=-19) tools/compile-touched $(OUT)/base $(OUT)/series $* $@ \
		tests/cross/kernel.config tests/cross/$*.config
