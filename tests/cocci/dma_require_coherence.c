// SPDX-License-Identifier: GPL-2.0
/* What dma_require_coherence.cocci reports, and what it must not. It is only parsed. */

#include <linux/dma-mapping.h>

static int sync_single(struct sample *s)
{
	dma_addr_t addr = dma_map_single_attrs(s->dev, s->buf, s->size, s->dir,
					       DMA_ATTR_REQUIRE_COHERENCE);

	if (dma_mapping_error(s->dev, addr))
		return -ENOMEM;
	dma_sync_single_for_cpu(s->dev, addr, s->size, s->dir);		/* flagged */
	dma_sync_single_for_device(s->dev, addr, s->size, s->dir);	/* flagged */
	dma_sync_single_range_for_cpu(s->dev, addr, 64, 64, s->dir);	/* flagged */
	dma_sync_single_for_device(s->dev, addr + s->offset, 64, s->dir);	/* flagged */
	dma_sync_single_for_cpu(s->dev, s->other, s->size, s->dir);
	dma_unmap_single_attrs(s->dev, addr, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	return 0;
}

static int sync_page(struct sample *s)
{
	s->addr = dma_map_page_attrs(s->dev, s->page, 0, s->size, s->dir,
				     DMA_ATTR_NO_WARN | DMA_ATTR_REQUIRE_COHERENCE);
	if (s->addr == DMA_MAPPING_ERROR)
		goto error;
	while (s->busy)
		dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);	/* flagged */
	return 0;
error:
	return -ENOMEM;
}

static void sync_phys(struct sample *s, int i)
{
	s->addrs[i] = dma_map_phys(s->dev, s->phys, s->size, s->dir,
				   s->shared ? DMA_ATTR_REQUIRE_COHERENCE : 0);
	dma_sync_single_range_for_device(s->dev, s->addrs[i], 0, 64, s->dir);	/* flagged */
}

static int sync_list(struct sample *s, struct scatterlist *sgl, int nents)
{
	if (!dma_map_sg_attrs(s->dev, sgl, nents, s->dir, DMA_ATTR_REQUIRE_COHERENCE))
		return -EIO;
	dma_sync_sg_for_cpu(s->dev, sgl, nents, s->dir);	/* flagged */
	dma_sync_sg_for_device(s->dev, sgl, nents, s->dir);	/* flagged */
	dma_sync_sg_for_device(s->dev, s->other_sgl, nents, s->dir);
	if (s->busy)
		dma_sync_sg_for_cpu(s->dev, sgl, nents, s->dir);	/* flagged */
	return 0;
}

static int sync_table(struct sample *s, struct sg_table *sgt)
{
	int ret = dma_map_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);

	if (ret)
		return ret;
	dma_sync_sgtable_for_cpu(s->dev, sgt, s->dir);		/* flagged */
	dma_sync_sgtable_for_device(s->dev, sgt, s->dir);	/* flagged */
	dma_sync_sg_for_cpu(s->dev, sgt->sgl, sgt->orig_nents, s->dir);	/* flagged */
	return 0;
}

static int sync_embedded_table(struct sample *s)
{
	int ret;

	ret = dma_map_sgtable(s->dev, &s->sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	if (ret)
		return ret;
	dma_sync_sgtable_for_device(s->dev, &s->sgt, s->dir);	/* flagged */
	dma_sync_sg_for_cpu(s->dev, s->sgt.sgl, s->sgt.orig_nents, s->dir);	/* flagged */
	dma_sync_sgtable_for_device(s->dev, &s->other_sgt, s->dir);
	return 0;
}

static void sync_list_of_table(struct sample *s, struct sg_table *sgt)
{
	dma_map_sg_attrs(s->dev, sgt->sgl, sgt->orig_nents, s->dir,
			 DMA_ATTR_REQUIRE_COHERENCE);
	dma_sync_sgtable_for_cpu(s->dev, sgt, s->dir);	/* flagged */
	dma_map_sg_attrs(s->dev, s->sgt.sgl, s->sgt.orig_nents, s->dir,
			 DMA_ATTR_REQUIRE_COHERENCE);
	dma_sync_sgtable_for_cpu(s->dev, &s->sgt, s->dir);	/* flagged */
}

static void initialised_variable(struct sample *s)
{
	unsigned long attrs = DMA_ATTR_NO_WARN | DMA_ATTR_REQUIRE_COHERENCE;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);	/* flagged */
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);
}

static void changed_variable(struct sample *s)
{
	unsigned long attrs = 0;

	if (s->shared)
		attrs |= DMA_ATTR_REQUIRE_COHERENCE;
	if (s->ordered)
		attrs |= DMA_ATTR_WEAK_ORDERING;
	if (s->size) {
		dma_map_sgtable(s->dev, &s->sgt, s->dir, attrs | DMA_ATTR_NO_WARN);
		dma_sync_sgtable_for_cpu(s->dev, &s->sgt, s->dir);	/* flagged */
		dma_unmap_sgtable(s->dev, &s->sgt, s->dir, attrs);
	}
}

static void assigned_member(struct sample *s)
{
	s->attrs = DMA_ATTR_REQUIRE_COHERENCE;
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, s->attrs);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);	/* flagged */
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, s->attrs);
}

static void unmap_without(struct sample *s, struct sg_table *sgt)
{
	dma_addr_t addr;

	addr = dma_map_single_attrs(s->dev, s->buf, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_single(s->dev, addr, s->size, s->dir);	/* flagged */
	addr = dma_map_page_attrs(s->dev, s->page, 0, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_page(s->dev, addr, s->size, s->dir);	/* flagged */
	addr = dma_map_single_attrs(s->dev, s->buf, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_single_attrs(s->dev, addr, s->size, s->dir, 0);	/* flagged */
	addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, addr, s->size, s->dir, 0);	/* flagged */
	dma_map_sg_attrs(s->dev, s->sgl, s->nents, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sg(s->dev, s->sgl, s->nents, s->dir);	/* flagged */
	dma_map_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sgtable(s->dev, sgt, s->dir, DMA_ATTR_SKIP_CPU_SYNC);	/* flagged */
	dma_map_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sg_attrs(s->dev, sgt->sgl, sgt->orig_nents, s->dir,	/* flagged */
			   DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_WEAK_ORDERING);
}

static int unmap_on_error(struct sample *s)
{
	s->addr = dma_map_page_attrs(s->dev, s->page, 0, s->size, s->dir,
				     DMA_ATTR_REQUIRE_COHERENCE);
	if (dma_mapping_error(s->dev, s->addr))
		return -EOPNOTSUPP;
	if (start(s))
		goto unmap;
	dma_unmap_page_attrs(s->dev, s->addr, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	return 0;
unmap:
	dma_unmap_page_attrs(s->dev, s->addr, s->size, s->dir, 0);	/* flagged */
	return -EIO;
}

static int unmap_with_variable(struct sample *s)
{
	unsigned long attrs = DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_WEAK_ORDERING;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	if (s->addr == DMA_MAPPING_ERROR)
		return -EOPNOTSUPP;
	dma_map_sgtable(s->dev, &s->sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);	/* flagged */
	if (s->busy)
		dma_unmap_sgtable(s->dev, &s->sgt, s->dir, attrs | DMA_ATTR_NO_WARN);	/* flagged */
	return 0;
}

static void unmap_with_changed_variable(struct sample *s)
{
	unsigned long attrs = DMA_ATTR_REQUIRE_COHERENCE;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
	attrs = 0;
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);	/* flagged */
}

static int unmap_with_argument(struct sample *s, unsigned long attrs)
{
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir,
			       attrs | DMA_ATTR_REQUIRE_COHERENCE);
	if (s->addr == DMA_MAPPING_ERROR)
		return -EOPNOTSUPP;
	if (dma_map_sgtable(s->dev, &s->sgt, s->dir, attrs | DMA_ATTR_REQUIRE_COHERENCE)) {
		dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);	/* flagged */
		return -EOPNOTSUPP;
	}
	dma_unmap_sgtable(s->dev, &s->sgt, s->dir, attrs);	/* flagged */
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);	/* flagged */
	return 0;
}

/* From here on nothing is wrong but what is flagged. */

static void sync_without(struct sample *s, struct sg_table *sgt)
{
	dma_addr_t addr = dma_map_single(s->dev, s->buf, s->size, s->dir);

	dma_sync_single_for_cpu(s->dev, addr, s->size, s->dir);
	dma_unmap_single(s->dev, addr, s->size, s->dir);
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_NO_WARN);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, 0);
	dma_map_sgtable(s->dev, sgt, s->dir, 0);
	dma_sync_sgtable_for_cpu(s->dev, sgt, s->dir);
	dma_unmap_sgtable(s->dev, sgt, s->dir, 0);
}

static void two_buffers(struct sample *s)
{
	dma_addr_t shared = dma_map_phys(s->dev, s->phys, s->size, s->dir,
					 DMA_ATTR_REQUIRE_COHERENCE);
	dma_addr_t own = dma_map_single(s->dev, s->buf, s->size, s->dir);

	dma_sync_single_for_cpu(s->dev, own, s->size, s->dir);
	dma_unmap_single(s->dev, own, s->size, s->dir);
	dma_unmap_phys(s->dev, shared, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
}

static void mapped_again(struct sample *s, struct sg_table *sgt)
{
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, 0);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, 0);

	dma_map_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_map_sgtable(s->dev, sgt, s->dir, 0);
	dma_sync_sgtable_for_cpu(s->dev, sgt, s->dir);
	dma_unmap_sgtable(s->dev, sgt, s->dir, 0);

	dma_map_sgtable(s->dev, &s->sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sg_attrs(s->dev, s->sgt.sgl, s->sgt.orig_nents, s->dir,
			   DMA_ATTR_REQUIRE_COHERENCE);
	dma_map_sgtable(s->dev, &s->sgt, s->dir, 0);
	dma_sync_sgtable_for_cpu(s->dev, &s->sgt, s->dir);
	dma_unmap_sgtable(s->dev, &s->sgt, s->dir, 0);

	dma_map_sg_attrs(s->dev, s->list->sgl, s->nents, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sg(s->dev, s->list->sgl, s->nents, s->dir);	/* flagged */
	dma_map_sg(s->dev, s->list->sgl, s->nents, s->dir);
	dma_sync_sg_for_cpu(s->dev, s->list->sgl, s->nents, s->dir);

	dma_map_sg_attrs(s->dev, s->ring.sgl, s->nents, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sgtable(s->dev, &s->ring, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_map_sgtable(s->dev, &s->ring, s->dir, 0);
	dma_sync_sg_for_cpu(s->dev, s->ring.sgl, s->ring.orig_nents, s->dir);
}

static void another_table(struct sample *s, struct sg_table *sgt)
{
	dma_map_sgtable(s->dev, sgt, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	sgt = s->list;
	dma_sync_sgtable_for_cpu(s->dev, sgt, s->dir);
	dma_unmap_sgtable(s->dev, sgt, s->dir, 0);
}

static void taken_out(struct sample *s, unsigned long attrs)
{
	attrs |= DMA_ATTR_REQUIRE_COHERENCE;
	s->shared = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
	dma_unmap_phys(s->dev, s->shared, s->size, s->dir, attrs);
	attrs &= ~DMA_ATTR_REQUIRE_COHERENCE;
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, 0);
}

static void left_out(struct sample *s, unsigned long attrs)
{
	unsigned long most = attrs & ~(DMA_ATTR_REQUIRE_COHERENCE | DMA_ATTR_NO_WARN);

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, most);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir,
			       attrs & ~DMA_ATTR_REQUIRE_COHERENCE);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
}

static void set_later(struct sample *s)
{
	unsigned long attrs = 0;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);
	attrs = DMA_ATTR_REQUIRE_COHERENCE;
	s->shared = dma_map_phys(s->dev, s->phys, s->size, s->dir, attrs);
}

static void same_attributes(struct sample *s, unsigned long attrs)
{
	unsigned long chosen = 0;

	if (s->shared)
		chosen |= DMA_ATTR_REQUIRE_COHERENCE;
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, chosen);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, chosen);

	attrs |= DMA_ATTR_REQUIRE_COHERENCE;
	dma_map_sgtable(s->dev, &s->sgt, s->dir, attrs);
	dma_unmap_sgtable(s->dev, &s->sgt, s->dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	dma_map_sg_attrs(s->dev, s->sgl, s->nents, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_sg_attrs(s->dev, s->sgl, s->nents, s->dir,
			   DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_REQUIRE_COHERENCE);
}

/* Whether the caller's attributes include it is not known. */
static void unknown_attributes(struct sample *s, unsigned long attrs)
{
	unsigned long assigned = 0;
	unsigned long changed = 0;
	unsigned long filled = 0;

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);

	assigned = attrs;
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, assigned);

	changed |= attrs;
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, changed);

	get_attributes(s, &filled);
	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, filled);

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir,
			       attrs | DMA_ATTR_REQUIRE_COHERENCE);
	attrs |= s->attrs;
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);

	s->addr = dma_map_phys(s->dev, s->phys, s->size, s->dir,
			       attrs | DMA_ATTR_REQUIRE_COHERENCE);
	attrs = s->attrs;
	dma_unmap_phys(s->dev, s->addr, s->size, s->dir, attrs);
}

static void resource(struct sample *s)
{
	/* A window of a device is not cached, whatever the attributes are. */
	s->addr = dma_map_resource(s->dev, s->phys, s->size, s->dir, DMA_ATTR_REQUIRE_COHERENCE);
	dma_sync_single_for_cpu(s->dev, s->addr, s->size, s->dir);
	dma_unmap_resource(s->dev, s->addr, s->size, s->dir, 0);
}
