// SPDX-License-Identifier: GPL-2.0
/* The cachelines that dma-debug tracks, and whether it counts right when CPUs compete. */

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "edu.h"
#include "dma_debug.h"

/* Cachelines next to each other, so that it does not matter where they are. */
#define CHUNK_ORDER	MAX_PAGE_ORDER
#define CHUNK_LINES	((PAGE_SIZE << CHUNK_ORDER) / L1_CACHE_BYTES)

/* What one thread keeps mapped at most. */
#define STRESS_SLOTS	64

/* Cachelines for mappings that are ignored. Each thread has a strict one, too. */
#define STRESS_SHARED	4

static unsigned int stress;
module_param(stress, uint, 0444);
MODULE_PARM_DESC(stress, "Seconds for which threads map the same memory");

/* Chunks of memory, the cachelines in them, and how many of these are mapped. */
static struct {
	struct page *chunks[EDU_LINES / CHUNK_LINES + 1];
	dma_addr_t *dma;
	u32 count;
} lines;

static void unmap_lines(struct device *dev)
{
	int i;

	while (lines.count)
		dma_unmap_phys(dev, lines.dma[--lines.count],
			       L1_CACHE_BYTES, DMA_FROM_DEVICE, 0);
	for (i = 0; i < ARRAY_SIZE(lines.chunks); i++) {
		if (lines.chunks[i])
			__free_pages(lines.chunks[i], CHUNK_ORDER);
		lines.chunks[i] = NULL;
	}
	kvfree(lines.dma);
	lines.dma = NULL;
}

int edu_map_lines(struct device *dev, const struct edu_lines *wanted)
{
	phys_addr_t phys;
	dma_addr_t dma;
	u32 i;

	if (wanted->count > EDU_LINES)
		return -EINVAL;
	if (!wanted->count) {
		unmap_lines(dev);
		return 0;
	}
	if (!lines.dma)
		lines.dma = kvmalloc_array(EDU_LINES, sizeof(dma), GFP_KERNEL);
	if (!lines.dma)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(lines.chunks); i++) {
		if (!lines.chunks[i])
			lines.chunks[i] = alloc_pages(GFP_KERNEL, CHUNK_ORDER);
		if (!lines.chunks[i])
			goto err;
	}
	while (lines.count < wanted->count) {
		phys = page_to_phys(lines.chunks[lines.count / CHUNK_LINES]) +
			lines.count % CHUNK_LINES * L1_CACHE_BYTES;
		dma = dma_map_phys(dev, phys, L1_CACHE_BYTES, DMA_FROM_DEVICE, 0);
		if (dma_mapping_error(dev, dma))
			goto err;
		lines.dma[lines.count++] = dma;
		cond_resched();
	}
	return 0;
err:
	unmap_lines(dev);
	return -ENOMEM;
}

struct worker {
	struct device *dev[2];
	void *memory;
	unsigned int number;
	u32 maps;
	int err;
};

/*
 * A scatterlist of one entry: dma-debug takes dma_mapping_error() for the check of
 * any mapping at the address, so single buffers that others map are not for this.
 */
struct slot {
	struct device *dev;
	struct scatterlist sg;
	enum dma_data_direction direction;
	unsigned long attrs;
};

/* Nothing that is to be reported: ignored ones meet each other, coherent ones any. */
static struct slot random_slot(struct worker *worker, bool *strict)
{
	u32 line = get_random_u32_below(STRESS_SHARED + EDU_STRESS_THREADS);
	struct slot slot = {
		.dev		= worker->dev[get_random_u32_below(2)],
		.direction	= get_random_u32_below(2) ? DMA_FROM_DEVICE :
							    DMA_BIDIRECTIONAL,
		.attrs		= EDU_ATTR_COHERENT,
	};

	*strict = line == STRESS_SHARED + worker->number;
	if (*strict)
		slot.attrs = 0;
	else if (line < STRESS_SHARED && get_random_u32_below(4))
		slot.attrs = EDU_ATTR_IGNORED;
	sg_init_one(&slot.sg, worker->memory + line * L1_CACHE_BYTES,
		    1 + get_random_u32_below(L1_CACHE_BYTES));
	return slot;
}

static void stress_unmap(struct slot *slot)
{
	if (slot->dev)
		dma_unmap_sg_attrs(slot->dev, &slot->sg, 1, slot->direction,
				   slot->attrs);
	slot->dev = NULL;
}

static int stress_thread(void *data)
{
	struct slot *slots, *slot, *strict_slot = NULL;
	struct worker *worker = data;
	bool strict;
	int i;

	slots = kzalloc_objs(*slots, STRESS_SLOTS);
	if (!slots)
		worker->err = -ENOMEM;
	while (!kthread_should_stop() && !worker->err) {
		slot = &slots[get_random_u32_below(STRESS_SLOTS)];
		stress_unmap(slot);
		if (slot == strict_slot)
			strict_slot = NULL;

		*slot = random_slot(worker, &strict);
		if (strict) {
			if (strict_slot)
				stress_unmap(strict_slot);
			strict_slot = slot;
		}
		if (!dma_map_sg_attrs(slot->dev, &slot->sg, 1, slot->direction,
				      slot->attrs)) {
			slot->dev = NULL;
			worker->err = -EIO;
		}
		worker->maps++;
		cond_resched();
	}
	for (i = 0; slots && i < STRESS_SLOTS; i++)
		stress_unmap(&slots[i]);
	kfree(slots);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ / 10);
	return worker->err;
}

/* Some threads map and unmap the same cachelines for two devices, for a while. */
int edu_stress(struct device *dev, struct edu_stress *result)
{
	struct task_struct *tasks[EDU_STRESS_THREADS] = {};
	struct worker workers[EDU_STRESS_THREADS] = {};
	struct platform_device *other;
	void *memory;
	int i, err;

	BUILD_BUG_ON((STRESS_SHARED + EDU_STRESS_THREADS) * L1_CACHE_BYTES > PAGE_SIZE);
	*result = (struct edu_stress){ .seconds = stress };
	if (!stress)
		return 0;
	other = platform_device_register_simple("edu-other", PLATFORM_DEVID_NONE,
						NULL, 0);
	if (IS_ERR(other))
		return PTR_ERR(other);
	memory = (void *)get_zeroed_page(GFP_KERNEL);
	err = memory ? dma_coerce_mask_and_coherent(&other->dev, DMA_BIT_MASK(64)) :
		       -ENOMEM;

	for (i = 0; !err && i < EDU_STRESS_THREADS; i++) {
		workers[i] = (struct worker){
			.dev = { dev, &other->dev },
			.memory = memory,
			.number = i,
		};
		tasks[i] = kthread_run_on_cpu(stress_thread, &workers[i],
					      i % num_online_cpus(), "edu-stress/%u");
		err = PTR_ERR_OR_ZERO(tasks[i]);
	}
	if (!err)
		ssleep(result->seconds);
	while (i--) {
		if (IS_ERR(tasks[i]))
			continue;
		err = kthread_stop(tasks[i]) ?: err;
		result->maps += workers[i].maps;
	}
	free_page((unsigned long)memory);
	platform_device_unregister(other);
	return err;
}
