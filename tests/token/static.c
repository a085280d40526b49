// SPDX-License-Identifier: GPL-2.0
/* Does not compile by the name that takes approval: it is no constant. */

#include <linux/dma-mapping.h>
#include <linux/module.h>

static const unsigned long global = ATTRIBUTE;

static int __init static_init(void)
{
	static const unsigned long local = ATTRIBUTE;

	return global == local ? 0 : -EINVAL;
}
module_init(static_init);

MODULE_DESCRIPTION("DMA_ATTR_REQUIRE_COHERENCE in a static initialiser");
MODULE_LICENSE("GPL");
