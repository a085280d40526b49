# SPDX-License-Identifier: GPL-2.0
# check and lint: exit code 1 is a failed test, which the tally reports; more is no result at
# all. All of lint is a part of check, too.

brief_verdicts = $(call verdicts,$(briefly)) $(addprefix $(OUT)/check/,checkpatch.ktap docs.ktap series.ktap mail.ktap)
ifeq ($(SERIES),v7.0-rc2)
all_verdicts := $(call verdicts,$(MATRIX)) $(tests) $(addprefix $(OUT)/check/,mainline.ktap checkpatch.ktap suites.ktap)
# Without its base: that is a pinned package, and 'make matrix SERIES=v7.3' boots it.
other_verdicts := $(if $(BASE),,$(patsubst $(OUT)/%,$(O)/v7.3/%,$(filter-out %/base/result.ktap,$(brief_verdicts))))
check: setup $(call guests,$(MATRIX)) $(call xen,$(MATRIX))
	-$(call in_parallel,$(all_verdicts))
	$(if $(BASE),,-+@$(make_again) SERIES=v7.3 DEB= KERNELS=series brief)
	@OUT=$(OUT) python3 tests/readme.py >$(OUT)/check/readme.ktap || [ $$? -eq 1 ]
	@tools/report $(OUT)/report/index.html $(call shown,$(MATRIX)) \
		$(patsubst %/result.ktap,v7.3=%,$(filter %/result.ktap,$(other_verdicts)))
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(all_verdicts) $(other_verdicts) $(OUT)/check/readme.ktap
else
check: brief
	@tools/report $(OUT)/report/index.html $(call shown,$(briefly))
	@tools/tally --junit $(OUT)/report/junit.xml $(OUT)/series $(brief_verdicts)
endif

brief: setup $(call guests,$(briefly)) $(call xen,$(briefly))
	-$(call in_parallel,$(brief_verdicts))

$(OUT)/check/mainline.ktap: $(PATCHES) base/v7.0-rc2.fingerprints \
		tools/replay-on-mainline tools/fingerprints.py tools/patchfile.py | setup
	@mkdir -p $(@D)
	@tools/replay-on-mainline >$@ || [ $$? -eq 1 ]

$(OUT)/check/checkpatch.ktap: $(PATCHES) $(OUT)/base.stamp tools/check-patches
	@mkdir -p $(@D)
	@tools/check-patches $(OUT)/base $(filter %.patch,$(PATCHES)) >$@ || [ $$? -eq 1 ]

$(OUT)/check/suites.ktap: $(filter %/series/result.ktap,$(call verdicts,$(MATRIX))) tools/check-suites tools/ktap.py
	@mkdir -p $(@D)
	@tools/check-suites $(OUT)/series $(filter %/result.ktap,$^) >$@ || [ $$? -eq 1 ]

$(tests): $(OUT)/check/%.ktap: tests/test_%.py $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@OUT=$(OUT) python3 $< >$@ || [ $$? -eq 1 ]

lints := $(addprefix $(OUT)/check/,style.ktap checkpatch.ktap docs.ktap)
lint: setup $(OUT)/series.stamp
	-$(call in_parallel,$(lints))
	@tools/tally $(OUT)/series $(lints)

$(OUT)/check/style.ktap: $(OUT)/series.stamp FORCE
	@mkdir -p $(@D)
	@OUT=$(OUT) python3 tests/test_repository.py StyleTest >$@ || [ $$? -eq 1 ]
