// SPDX-License-Identifier: GPL-2.0
/* A driver that uses DMA_ATTR_CPU_CACHE_CLEAN. It is only parsed. */

#include <linux/dma-mapping.h>

#define SAMPLE_ATTRS	(DMA_ATTR_CPU_CACHE_CLEAN | DMA_ATTR_NO_WARN)	/* flagged */

static const unsigned long default_attrs = DMA_ATTR_CPU_CACHE_CLEAN;	/* flagged */

static const struct trace_print_flags names[] = {
	{ DMA_ATTR_CPU_CACHE_CLEAN, "CPU_CACHE_CLEAN" },	/* flagged */
	{ DMA_ATTR_NO_WARN, "NO_WARN" },
};

static int map(struct sample *s, unsigned long attrs)
{
	bool clean = attrs & DMA_ATTR_CPU_CACHE_CLEAN;	/* flagged */

	/* Names that only begin or end like it */
	s->driver_attrs = SAMPLE_DMA_ATTR_CPU_CACHE_CLEAN;
	s->name = "DMA_ATTR_CPU_CACHE_CLEAN";
	s->more_attrs = DMA_ATTR_CPU_CACHE_CLEAN_ALL;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, DMA_FROM_DEVICE,
			       DMA_ATTR_NO_WARN |
			       (clean ? DMA_ATTR_CPU_CACHE_CLEAN : 0));	/* flagged */
	if (dma_mapping_error(s->dev, s->addr))
		return -ENOMEM;
	attrs &= ~DMA_ATTR_CPU_CACHE_CLEAN;	/* flagged */
	return virtqueue_add(s->vq, attrs, DMA_ATTR_CPU_CACHE_CLEAN);	/* flagged */
}
