// SPDX-License-Identifier: GPL-2.0
/* How many instructions it takes to map and unmap memory. */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/timex.h>
#ifdef CONFIG_ARM64
#include <asm/sysreg.h>
#endif

#include "cost.h"
#include "dma_debug.h"

/*
 * The first rounds fill caches of the kernel's own, and a round takes longer where the bounce
 * buffers that it gets are at the end of those that are managed together, which are 128.
 */
#define COST_ROUNDS	64

static bool icount;
module_param(icount, bool, 0444);
MODULE_PARM_DESC(icount, "The clock advances by one nanosecond per instruction");

struct buffer {
	struct device *dev;
	struct edu_cost *cost;
	unsigned long attrs;
	phys_addr_t phys;
	struct sg_table sgt;
	struct dma_iova_state state;
	dma_addr_t dma;
};

/* The counter that advances by one with each instruction: the clock's has steps of 16 on arm64. */
#ifdef CONFIG_ARM64
static void start_counter(void)
{
	write_sysreg(0, pmccfiltr_el0);
	write_sysreg(BIT(31), pmcntenset_el0);
	/* All counters, this one with 64 bits. */
	write_sysreg(BIT(0) | BIT(6), pmcr_el0);
	isb();
}

static __always_inline u64 counter(void)
{
	return read_sysreg(pmccntr_el0);
}
#else
static void start_counter(void)
{
}

static __always_inline u64 counter(void)
{
	return get_cycles();
}
#endif

/* 0 or a negative errno. */
static int map(struct buffer *b)
{
	size_t i, size = EDU_LINK_SIZE / b->cost->entries;
	int err = 0;

	switch (b->cost->way) {
	case EDU_WAY_PHYS:
		b->dma = dma_map_phys(b->dev, b->phys, PAGE_SIZE,
				      DMA_FROM_DEVICE, b->attrs);
		return 0;
	case EDU_WAY_SG:
		return dma_map_sgtable(b->dev, &b->sgt, DMA_FROM_DEVICE, b->attrs);
	}
	for (i = 0; !err && i < b->cost->entries; i++)
		err = dma_iova_link(b->dev, &b->state, b->phys + i * size, i * size,
				    size, DMA_FROM_DEVICE, b->attrs);
	if (!err)
		return dma_iova_sync(b->dev, &b->state, 0, EDU_LINK_SIZE);
	if (i > 1)
		dma_iova_unlink(b->dev, &b->state, 0, (i - 1) * size,
				DMA_FROM_DEVICE, b->attrs);
	return err;
}

static void unmap(struct buffer *b)
{
	switch (b->cost->way) {
	case EDU_WAY_PHYS:
		dma_unmap_phys(b->dev, b->dma, PAGE_SIZE, DMA_FROM_DEVICE, b->attrs);
		break;
	case EDU_WAY_SG:
		dma_unmap_sgtable(b->dev, &b->sgt, DMA_FROM_DEVICE, b->attrs);
		break;
	case EDU_WAY_LINK:
		dma_iova_unlink(b->dev, &b->state, 0, EDU_LINK_SIZE,
				DMA_FROM_DEVICE, b->attrs);
		break;
	}
}

/* Map and unmap once, and keep what it costs if that is the least so far. */
static void cost_round(struct buffer *b)
{
	u64 nothing, begin, end;
	unsigned long flags;

	local_irq_save(flags);
	begin = counter();
	nothing = counter() - begin;

	begin = counter();
	b->cost->error = -map(b);
	end = counter();
	local_irq_restore(flags);
	/* Whoever maps memory has to ask; dma_map_phys() does not say why it failed. */
	if (b->cost->way == EDU_WAY_PHYS)
		b->cost->error = -dma_mapping_error(b->dev, b->dma);
	if (b->cost->error)
		return;
	b->cost->map = min_t(u64, b->cost->map, end - begin - nothing);

	local_irq_save(flags);
	begin = counter();
	unmap(b);
	end = counter();
	local_irq_restore(flags);
	b->cost->unmap = min_t(u64, b->cost->unmap, end - begin - nothing);
}

static int start_way(struct buffer *b, struct page *pages)
{
	struct scatterlist *sg;
	int i, err;

	if (b->cost->way == EDU_WAY_LINK)
		b->cost->absent = !dma_iova_try_alloc(b->dev, &b->state, 0,
						      EDU_LINK_SIZE);
	if (b->cost->way != EDU_WAY_SG)
		return 0;
	err = sg_alloc_table(&b->sgt, b->cost->entries, GFP_KERNEL);
	if (err)
		return err;
	/* From the last one down, so that an IOMMU finds no larger page. */
	for_each_sgtable_sg(&b->sgt, sg, i)
		sg_set_page(sg, pages + b->cost->entries - 1 - i, PAGE_SIZE, 0);
	return 0;
}

/* Each round gets the bounce buffers behind those that the one before it began with. */
static int move_on(struct buffer *b, struct page *page)
{
	dma_addr_t dma = dma_map_phys(b->dev, page_to_phys(page), PAGE_SIZE,
				      DMA_FROM_DEVICE, 0);
	int err = dma_mapping_error(b->dev, dma);

	if (!err)
		dma_unmap_phys(b->dev, dma, PAGE_SIZE, DMA_FROM_DEVICE, 0);
	return err;
}

/* @neighbour is mapped, too, or 0. */
static int measure(struct buffer *b, phys_addr_t neighbour)
{
	u32 i, mapped = 0, overlaps = b->cost->overlaps;
	struct page *page = alloc_page(GFP_KERNEL);
	dma_addr_t *dma, other = 0;
	int err = 0;

	dma = kvmalloc_array(overlaps, sizeof(*dma), GFP_KERNEL);
	if (!page || !dma) {
		err = -ENOMEM;
		goto free;
	}
	if (neighbour) {
		other = dma_map_phys(b->dev, neighbour, PAGE_SIZE,
				     DMA_FROM_DEVICE, 0);
		err = dma_mapping_error(b->dev, other);
		if (err)
			goto free;
	}
	for (; !err && mapped < overlaps; mapped++) {
		dma[mapped] = dma_map_phys(b->dev, b->phys, PAGE_SIZE,
					   DMA_FROM_DEVICE, b->attrs);
		err = dma_mapping_error(b->dev, dma[mapped]);
		cond_resched();
	}
	for (i = 0; !err && !b->cost->error && i < COST_ROUNDS; i++) {
		cost_round(b);
		err = move_on(b, page);
	}
	while (mapped--)
		if (dma[mapped] != DMA_MAPPING_ERROR)
			dma_unmap_phys(b->dev, dma[mapped], PAGE_SIZE,
				       DMA_FROM_DEVICE, b->attrs);
	if (neighbour)
		dma_unmap_phys(b->dev, other, PAGE_SIZE, DMA_FROM_DEVICE, 0);
free:
	kvfree(dma);
	if (page)
		__free_page(page);
	return err;
}

int edu_cost(struct device *dev, struct edu_cost *cost)
{
	const unsigned long attrs[] = { 0, EDU_ATTR_IGNORED, EDU_ATTR_COHERENT };
	struct buffer b = { .dev = dev, .cost = cost };
	phys_addr_t neighbour = 0;
	struct page *pages;
	int err, order;

	if (cost->way > EDU_WAY_LINK || cost->attribute >= ARRAY_SIZE(attrs) ||
	    !cost->entries || cost->entries > EDU_COST_ENTRIES ||
	    (cost->overlaps && cost->way != EDU_WAY_PHYS))
		return -EINVAL;
	cost->counted = icount;
	cost->absent = 0;
	cost->error = 0;
	cost->map = U32_MAX;
	cost->unmap = U32_MAX;
	if (!icount)
		return 0;
	start_counter();

	b.attrs = attrs[cost->attribute];
	if (cost->attribute && !b.attrs) {
		cost->absent = 1;
		return 0;
	}
	order = get_order(EDU_LINK_SIZE);
	if (cost->way != EDU_WAY_LINK)
		order = min(MAX_PAGE_ORDER, get_order((cost->entries + 1) * PAGE_SIZE));
	pages = alloc_pages(GFP_KERNEL, order);
	if (!pages)
		return -ENOMEM;
	b.phys = page_to_phys(pages);
	/* Or else the rest of the system decides what dma-debug has to allocate. */
	if (cost->way != EDU_WAY_LINK && cost->entries < 1 << order)
		neighbour = b.phys + cost->entries * PAGE_SIZE;
	err = start_way(&b, pages);
	if (!err && !cost->absent)
		err = measure(&b, neighbour);
	if (cost->way == EDU_WAY_LINK && !cost->absent)
		dma_iova_free(dev, &b.state);
	sg_free_table(&b.sgt);
	__free_pages(pages, order);
	return err;
}
