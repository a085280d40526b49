// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that requires coherence, by the name ATTRIBUTE: the one that takes
 * approval, or the one that does not.
 */

#include <linux/dma-mapping.h>
#include <linux/module.h>

static bool weak;
module_param(weak, bool, 0444);
MODULE_PARM_DESC(weak, "Map with weak ordering");

/* In the ways in which drivers use an attribute, so that their code is compared. */
static dma_addr_t user_map(struct device *dev, phys_addr_t phys, size_t size)
{
	unsigned long attrs = size > PAGE_SIZE ? ATTRIBUTE : 0;
	dma_addr_t dma;

	if (weak)
		attrs |= ATTRIBUTE | DMA_ATTR_WEAK_ORDERING;
	dma = dma_map_phys(dev, phys, size, DMA_FROM_DEVICE, attrs);
	if (!dma_mapping_error(dev, dma) && attrs & ATTRIBUTE)
		dma_unmap_phys(dev, dma, size, DMA_FROM_DEVICE, ATTRIBUTE);
	return dma;
}

/* What makes the compiler keep user_map(); nobody sets the parameter. */
static int user_set(const char *value, const struct kernel_param *param)
{
	return user_map(NULL, 0, strlen(value)) == DMA_MAPPING_ERROR;
}

static const struct kernel_param_ops user_ops = { .set = user_set };
module_param_cb(map, &user_ops, NULL, 0);
MODULE_PARM_DESC(map, "Do not set");

static int __init user_init(void)
{
	pr_info("the attribute is 0x%lx\n", ATTRIBUTE);
	return 0;
}
module_init(user_init);

static void __exit user_exit(void)
{
}
module_exit(user_exit);

MODULE_DESCRIPTION("A user of DMA_ATTR_REQUIRE_COHERENCE");
MODULE_LICENSE("GPL");
