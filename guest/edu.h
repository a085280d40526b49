/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /dev/edu and its user agree on.
 *
 * The errno of an ioctl() says that the kit itself failed. What the DMA API,
 * the RDMA core or GPU SVM answered is a result, and comes back in @error.
 *
 * mmap() gives memory of which the first half is in the lowest 4 GiB.
 */
#ifndef EDU_H
#define EDU_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Bytes per transfer. */
#define EDU_SIZE	2048

/* Entries of the scatterlists. */
#define EDU_SG_ENTRIES	3

/**
 * struct edu_info - what the kernel makes of the device
 * @coherent: out: 1 if it snoops the CPU's caches, so that they need no maintenance
 * @untrusted: out: 1 if it may be an attacker's, such as one on an external port
 * @backend: out: who maps for it: "direct", "iommu", or the function that does
 */
struct edu_info {
	__u32 coherent;
	__u32 untrusted;
	char backend[32];
};

/**
 * struct edu_map - map kernel memory, let the device write to it, unmap
 * @addr: in: of a scatterlist: a page of the process that its entry is instead, 0
 *	for none
 * @seed: in: selects the pattern
 * @offset: in: where in its page the memory starts
 * @entry: in: which scatterlist entry has that memory and is written to; the
 *	others are whole pages
 * @absent: out: 1 if this kernel lacks the attribute, so nothing was mapped
 * @error: out: errno of the mapping, 0 if it succeeded; a failed
 *	dma_map_phys() has none of its own: what dma_mapping_error() makes of it
 * @beyond_mask: out: 1 if the memory ends above what the device can address
 * @dma_is_phys: out: 1 if the device was given the physical address
 * @fresh_before_sync: out: bytes of the device that the CPU sees at once
 * @fresh_after_sync: out: the same after a sync, EDU_MAP_PLAIN only; after the
 *	unmap of a scatterlist, or if the module's parameter "mismatch" is set
 * @reserved: unused
 */
struct edu_map {
	__u64 addr;
	__u32 seed;
	__u32 offset;
	__u32 entry;
	__u32 absent;
	__s32 error;
	__u32 beyond_mask;
	__u32 dma_is_phys;
	__u32 fresh_before_sync;
	__u32 fresh_after_sync;
	__u32 reserved;
};

/**
 * struct edu_umem - memory of the calling process, registered for the device
 * @addr: EDU_REG_UMEM: start of the memory
 * @length: EDU_REG_UMEM: its length
 * @id: out of EDU_REG_UMEM, in to the others
 * @seed: EDU_UMEM_WRITE: selects the pattern
 * @on_demand: EDU_REG_UMEM: 1 to map the memory when the device writes to it
 * @error: out: errno of the registration, 0 if it succeeded; out of
 *	EDU_UMEM_WRITE and EDU_UMEM_MAP: the same for mapping on demand
 * @beyond_mask: out of EDU_REG_UMEM: 1 if the first page is above what the
 *	device can address
 * @reserved: unused
 */
struct edu_umem {
	__u64 addr;
	__u64 length;
	__u32 id;
	__u32 seed;
	__u32 on_demand;
	__s32 error;
	__u32 beyond_mask;
	__u32 reserved;
};

/* dma_map_phys(), dma_map_sgtable() and dma_iova_link(). */
enum edu_way { EDU_WAY_PHYS, EDU_WAY_SG, EDU_WAY_LINK };

/* None, the one for which dma-debug has no overlaps, DMA_ATTR_REQUIRE_COHERENCE. */
enum edu_attribute { EDU_PLAIN, EDU_IGNORED, EDU_COHERENT };

/**
 * struct edu_cost - what it takes to map and unmap memory once
 * @way: in: enum edu_way
 * @attribute: in: enum edu_attribute
 * @entries: in: pages of a scatterlist, at most EDU_COST_ENTRIES; pieces in which
 *	EDU_LINK_SIZE bytes are linked; 1 for EDU_WAY_PHYS
 * @overlaps: in: how many mappings of the memory there are already; EDU_WAY_PHYS only
 * @counted: out: 1 if the machine's clock counts instructions, so that the rest is set
 * @absent: out: 1 if there is no such attribute, or if nothing can be linked
 * @error: out: errno of the mapping, 0 if it succeeded; what follows is then unset
 * @map: out: instructions of mapping it, the least of some rounds
 * @unmap: out: the same of unmapping it
 */
struct edu_cost {
	__u32 way;
	__u32 attribute;
	__u32 entries;
	__u32 overlaps;
	__u32 counted;
	__u32 absent;
	__s32 error;
	__u32 map;
	__u32 unmap;
};

#define EDU_COST_ENTRIES	1024
#define EDU_LINK_SIZE		(2 << 20)

/**
 * struct edu_lines - cachelines of the kernel that are mapped each on its own
 * @count: in: how many are to be mapped from now on, at most EDU_LINES; 0 for none,
 *	otherwise not fewer than before
 */
struct edu_lines {
	__u32 count;
};

#define EDU_LINES	200000

/**
 * struct edu_stress - threads that map the same memory for two devices
 * @seconds: out: for how long they have run, 0 if nobody asked for it
 * @maps: out: how many mappings they have made
 */
struct edu_stress {
	__u32 seconds;
	__u32 maps;
};

#define EDU_STRESS_THREADS	4

/**
 * struct edu_mr_write - write to the start of a memory region of uverbs
 * @rkey: in: its key
 * @seed: in: selects the pattern
 */
struct edu_mr_write {
	__u32 rkey;
	__u32 seed;
};

/**
 * struct edu_svm - memory of the calling process, which the device uses as its own
 * @addr: in: an address of the process, with EDU_SIZE bytes in the same page
 * @seed: in of EDU_SVM_WRITE: selects the pattern
 * @error: out of EDU_SVM_MAP and EDU_SVM_WRITE: errno of mapping the range around
 *	@addr, 0 if it succeeded
 * @beyond_mask: out of EDU_SVM_MAP and EDU_SVM_WRITE: 1 if the page is above what the
 *	device can address
 * @mapped: out of EDU_SVM_REMOVE: 1 if the range was mapped for the device until then
 * @unmapped: out of EDU_SVM_REMOVE: 1 if the process had unmapped the memory before,
 *	and the driver was told
 * @reserved: unused
 */
struct edu_svm {
	__u64 addr;
	__u32 seed;
	__s32 error;
	__u32 beyond_mask;
	__u32 mapped;
	__u32 unmapped;
	__u32 reserved;
};

/* dma_map_phys() without attributes, and with DMA_ATTR_REQUIRE_COHERENCE. */
#define EDU_MAP_PLAIN		_IOWR('E', 1, struct edu_map)
#define EDU_MAP_COHERENT	_IOWR('E', 2, struct edu_map)
/* dma_map_sgtable() with DMA_ATTR_REQUIRE_COHERENCE, and without attributes. */
#define EDU_MAP_COHERENT_SG	_IOWR('E', 3, struct edu_map)
#define EDU_MAP_PLAIN_SG	_IOWR('E', 16, struct edu_map)
/* ib_umem_get() or ib_umem_odp_get(), a transfer to its start, ib_umem_release(). */
#define EDU_REG_UMEM		_IOWR('E', 4, struct edu_umem)
#define EDU_UMEM_WRITE		_IOWR('E', 5, struct edu_umem)
#define EDU_DEREG_UMEM		_IOWR('E', 6, struct edu_umem)
#define EDU_INFO		_IOWR('E', 7, struct edu_info)
#define EDU_MR_WRITE		_IOWR('E', 8, struct edu_mr_write)
#define EDU_COST		_IOWR('E', 9, struct edu_cost)
#define EDU_MAP_LINES		_IOW('E', 10, struct edu_lines)
#define EDU_STRESS		_IOR('E', 11, struct edu_stress)
/* drm_gpusvm_range_get_pages(), the same and a transfer, drm_gpusvm_range_remove(). */
#define EDU_SVM_MAP		_IOWR('E', 12, struct edu_svm)
#define EDU_SVM_WRITE		_IOWR('E', 13, struct edu_svm)
#define EDU_SVM_REMOVE		_IOWR('E', 14, struct edu_svm)
/* As EDU_UMEM_WRITE, for memory that is mapped on demand, without the transfer. */
#define EDU_UMEM_MAP		_IOWR('E', 15, struct edu_umem)

/* What the device writes. */
static inline __u8 edu_pattern(__u32 seed, __u32 i)
{
	return ((seed * 31 + i) * 2654435761U) >> 24;
}

/* The complement of the pattern, so that no byte can match by accident. */
static inline void edu_fill_background(__u8 *buf, __u32 seed)
{
	__u32 i;

	for (i = 0; i < EDU_SIZE; i++)
		buf[i] = ~edu_pattern(seed, i);
}

static inline __u32 edu_count_fresh(const __u8 *buf, __u32 seed)
{
	__u32 i, fresh = 0;

	for (i = 0; i < EDU_SIZE; i++)
		fresh += buf[i] == edu_pattern(seed, i);
	return fresh;
}

#endif /* EDU_H */
