# SPDX-License-Identifier: GPL-2.0
# Which packages the goals need.

# The purposes of the table in tools/install-packages that the goals have: those of what
# they boot, and more. A goal that is not here may have all, and so has 'setup'.
boots.all = $(main)
boots.matrix = $(MATRIX)
boots.check = $(if $(filter v7.0-rc2,$(SERIES)),$(MATRIX),$(briefly))
boots.brief = $(briefly)
boots.bisect = $(main)
boots.boot = $(SCENARIO)
boots.bundle = $(MATRIX)
boots.cost = $(COSTS)
boots.mutants = $(scenarios.mutants)
more.bisect := bisect
more.check := check docs hosts lint
more.cross := build
more.docs := docs
more.kunit := build x86_64 arm64
more.lint := docs lint
more.refresh := tree
more.report := tree
more.tree := tree
more.toolchains := build x86_64 arm64
purpose = $(if $(filter-out docs,$(1)),tree $(if $(BASE),,package)) $(more.$(1)) \
	$(if $(boots.$(1)),build) $(foreach s,$(boots.$(1)),\
	$(firstword $(subst -, ,$(build.$(s)))) $(foreach u,acpi devicetree programs,$(if $(filter $(u)=%,$(uses.$(s))),$(u))))
others = $(strip $(foreach g,$(goals),$(if $(more.$(g))$(boots.$(g)),,$(g))))
# 'make clean' removes no folder without it.
$(O)/.kit:
	@[ $(O) -ef build ] || [ -z "$$(ls -A $(O) 2>/dev/null)" ] || \
		{ echo "make: O is $(O), which holds other things: name a new or an empty folder" >&2; exit 2; }
	@mkdir -p $(@D) && touch $@

setup: | $(O)/.kit
	$(if $(and $(BUILT),$(filter-out 0,$(MAKELEVEL))),,@tools/install-packages $(if $(others),,$(sort $(foreach g,$(goals),$(call purpose,$(g))) $(if $(HOSTS),hosts))))
