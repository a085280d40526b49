// SPDX-License-Identifier: GPL-2.0
/*
 * The edu device as a GPU with shared virtual memory, which uses drm_gpusvm as xe does:
 * ranges are made and mapped when the device faults, the notifier unmaps them, and what
 * the process has unmapped waits there to be removed. There are no page tables of the
 * device's own: its engine is given the DMA address of a range.
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gpusvm.h>
#include <drm/drm_pagemap.h>

#include "gpusvm.h"

struct edu_drm {
	struct drm_device drm;
};

struct edu_gpusvm {
	struct drm_gpusvm gpusvm;
	struct drm_device *drm;
	struct mutex lock;	/* of looking up, inserting and removing ranges */
};

#ifdef DMA_ATTR_REQUIRE_COHERENT
/* In v7.3 the pages of a range are the driver's, ... */
struct edu_range {
	struct drm_gpusvm_range base;
	struct drm_gpusvm_pages pages;
};

static struct drm_gpusvm_pages *pages_of(struct drm_gpusvm_range *range)
{
	return &container_of(range, struct edu_range, base)->pages;
}

static struct drm_gpusvm_range *edu_range_alloc(struct drm_gpusvm *gpusvm)
{
	struct edu_range *range = kzalloc_obj(*range);

	if (!range)
		return NULL;
	drm_gpusvm_init_pages(&range->pages,
			      container_of(gpusvm, struct edu_gpusvm, gpusvm)->drm);
#ifdef __DMA_ATTR_REQUIRE_COHERENT	/* the series, which also has the flag */
	range->pages.flags.require_coherent = true;
#endif
	return &range->base;
}

static void edu_range_free(struct drm_gpusvm_range *range)
{
	drm_gpusvm_free_pages(range->gpusvm, pages_of(range),
			      drm_gpusvm_range_size(range) >> PAGE_SHIFT);
	kfree(container_of(range, struct edu_range, base));
}

#define drm_gpusvm_init(gpusvm, name, drm, args...) \
	drm_gpusvm_init(gpusvm, name, args)
#define drm_gpusvm_range_get_pages(gpusvm, range, ctx) \
	drm_gpusvm_get_pages(gpusvm, pages_of(range), (gpusvm)->mm, \
			     &(range)->notifier->notifier, \
			     drm_gpusvm_range_start(range), \
			     drm_gpusvm_range_end(range), ctx)
#define drm_gpusvm_range_unmap_pages(gpusvm, range, ctx) \
	drm_gpusvm_unmap_pages(gpusvm, pages_of(range), \
			       drm_gpusvm_range_size(range) >> PAGE_SHIFT, ctx)
#define drm_gpusvm_range_pages_valid(gpusvm, range) \
	drm_gpusvm_pages_valid(gpusvm, pages_of(range))
#define drm_gpusvm_range_set_unmapped(range, mmu_range) \
	drm_gpusvm_range_set_unmapped(range, pages_of(range), 1, mmu_range)
#else
/* ... in v7.0-rc2 the range holds them. */
static struct drm_gpusvm_pages *pages_of(struct drm_gpusvm_range *range)
{
	return &range->pages;
}
#endif

static const struct drm_driver edu_drm_driver = {
	.name	= "edu",
	.desc	= "GPU SVM with QEMU's edu device",
	.major	= 1,
};

/* xe has the same. */
static const unsigned long edu_chunk_sizes[] = { SZ_2M, SZ_64K, SZ_4K };

/* The process takes the memory away, so the device must let go of it. */
static void edu_invalidate_ranges(struct drm_gpusvm *gpusvm,
				  struct drm_gpusvm_notifier *notifier,
				  const struct mmu_notifier_range *mmu_range)
{
	struct drm_gpusvm_ctx ctx = { .in_notifier = true };
	struct drm_gpusvm_range *range = NULL;
	unsigned long start, end;

	start = max(drm_gpusvm_notifier_start(notifier), mmu_range->start);
	end = min(drm_gpusvm_notifier_end(notifier), mmu_range->end);

	drm_gpusvm_for_each_range(range, notifier, start, end) {
		drm_gpusvm_range_unmap_pages(gpusvm, range, &ctx);
		if (mmu_range->event == MMU_NOTIFY_UNMAP)
			drm_gpusvm_range_set_unmapped(range, mmu_range);
	}
}

static const struct drm_gpusvm_ops edu_gpusvm_ops = {
#ifdef DMA_ATTR_REQUIRE_COHERENT
	.range_alloc = edu_range_alloc,
	.range_free = edu_range_free,
#endif
	.invalidate = edu_invalidate_ranges,
};

struct drm_device *edu_gpusvm_device(struct device *dma_device)
{
	struct edu_drm *edu;

	edu = devm_drm_dev_alloc(dma_device, &edu_drm_driver, struct edu_drm,
				 drm);
	return IS_ERR(edu) ? ERR_CAST(edu) : &edu->drm;
}

struct edu_gpusvm *edu_gpusvm_create(struct drm_device *drm)
{
	struct edu_gpusvm *svm;
	int err;

	svm = kzalloc_obj(*svm);
	if (!svm)
		return ERR_PTR(-ENOMEM);

	svm->drm = drm;
	mutex_init(&svm->lock);
	err = drm_gpusvm_init(&svm->gpusvm, "edu", drm, current->mm, 0,
			      TASK_SIZE, SZ_512M, &edu_gpusvm_ops,
			      edu_chunk_sizes, ARRAY_SIZE(edu_chunk_sizes));
	if (err) {
		kfree(svm);
		return ERR_PTR(err);
	}
	drm_gpusvm_driver_set_lock(&svm->gpusvm, &svm->lock);
	return svm;
}

void edu_gpusvm_destroy(struct edu_gpusvm *svm)
{
	scoped_guard(mutex, &svm->lock)
		drm_gpusvm_fini(&svm->gpusvm);
	kfree(svm);
}

/* Each entry is of 2^order pages. */
static dma_addr_t edu_range_dma_address(struct drm_gpusvm_range *range,
					u64 addr)
{
	const struct drm_pagemap_addr *entry = pages_of(range)->dma_addr;
	u64 offset = addr - drm_gpusvm_range_start(range);

	while (offset >= PAGE_SIZE << entry->order) {
		offset -= PAGE_SIZE << entry->order;
		entry++;
	}
	return entry->addr + offset;
}

int edu_gpusvm_map_and_lock(struct edu_gpusvm *svm, u64 addr, dma_addr_t *dma,
			    s32 *error)
{
	struct drm_gpusvm_ctx ctx = {};
	struct drm_gpusvm_range *range;
	int err;

	/* The range may end with the page. */
	if (offset_in_page(addr) > PAGE_SIZE - EDU_SIZE ||
	    svm->gpusvm.mm != current->mm)
		return -EINVAL;

	guard(mutex)(&svm->lock);
	range = drm_gpusvm_range_find_or_insert(&svm->gpusvm, addr, 0,
						TASK_SIZE, &ctx);
	if (IS_ERR(range))
		return PTR_ERR(range);

	for (;;) {
		err = drm_gpusvm_range_get_pages(&svm->gpusvm, range, &ctx);
		*error = -err;
		if (err)
			return 0;

		drm_gpusvm_notifier_lock(&svm->gpusvm);
		if (drm_gpusvm_range_pages_valid(&svm->gpusvm, range))
			break;
		/* The notifier was faster. */
		drm_gpusvm_notifier_unlock(&svm->gpusvm);
	}
	*dma = edu_range_dma_address(range, addr);
	return 0;
}

void edu_gpusvm_unlock(struct edu_gpusvm *svm)
{
	drm_gpusvm_notifier_unlock(&svm->gpusvm);
}

int edu_gpusvm_remove(struct edu_gpusvm *svm, struct edu_svm *arg)
{
	struct drm_gpusvm_notifier *notifier;
	struct drm_gpusvm_range *range;
	struct drm_gpusvm_ctx ctx = {};

	guard(mutex)(&svm->lock);
	notifier = drm_gpusvm_notifier_find(&svm->gpusvm, arg->addr,
					    arg->addr + 1);
	range = notifier ? drm_gpusvm_range_find(notifier, arg->addr,
						 arg->addr + 1) : NULL;
	if (!range)
		return -ENOENT;

	drm_gpusvm_notifier_lock(&svm->gpusvm);
	arg->mapped = drm_gpusvm_range_pages_valid(&svm->gpusvm, range);
	arg->unmapped = pages_of(range)->flags.unmapped;
	drm_gpusvm_notifier_unlock(&svm->gpusvm);

	/* The notifier does it only until the range is removed. */
	drm_gpusvm_range_unmap_pages(&svm->gpusvm, range, &ctx);
	drm_gpusvm_range_remove(&svm->gpusvm, range);
	return 0;
}
