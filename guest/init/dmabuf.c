// SPDX-License-Identifier: GPL-2.0
/*
 * A process that registers a dma-buf through /dev/infiniband/uverbs0, as libibverbs
 * does for ibv_reg_dmabuf_mr(), and reads what the device writes there.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"
#include "uverbs.h"

#define SEED	13
/* So little that the heap takes single pages: others need not be contiguous under Xen. */
#define LENGTH	(32 * 1024)

/* Memory of the process, which it reads through the memfd. */
static __u8 *make_udmabuf(int *dmabuf)
{
	struct udmabuf_create create = { .size = LENGTH };
	int memfd = memfd_create("kit", MFD_ALLOW_SEALING);
	int udmabuf = open("/dev/udmabuf", O_RDWR);

	/* These two stay open until the machine is switched off. */
	create.memfd = memfd;
	if (memfd < 0 || udmabuf < 0 || ftruncate(memfd, LENGTH) ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return MAP_FAILED;
	*dmabuf = ioctl(udmabuf, UDMABUF_CREATE, &create);
	return mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
}

/* Memory of the kernel, which the process reads through the dma-buf. */
static __u8 *make_heap_buffer(int *dmabuf)
{
	struct dma_heap_allocation_data alloc = {
		.len		= LENGTH,
		.fd_flags	= O_RDWR,
	};
	int heap = open("/dev/dma_heap/system", O_RDONLY);

	if (heap < 0 || ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &alloc))
		return MAP_FAILED;
	*dmabuf = alloc.fd;
	return mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, *dmabuf, 0);
}

static const struct {
	const char *device;
	__u8 *(*make)(int *dmabuf);
	/* Names of facts. */
	const char *registered, *fresh, *synced, *refused, *mappings, *slots, *lost;
} exporters[] = {
#define FACTS(n)	n ".register", n ".fresh", n ".fresh_after_sync", n ".refused", \
			n ".leaked_mappings", n ".leaked_slots", n ".lost_kb"
	{ "/dev/udmabuf", make_udmabuf, FACTS("udmabuf") },
	{ "/dev/dma_heap/system", make_heap_buffer, FACTS("heap") },
};

/* What DMA_BUF_IOCTL_SYNC makes of it is up to the exporter. */
static int sync_for_cpu(int dmabuf)
{
	struct dma_buf_sync sync = { DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ };

	if (ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync))
		return -1;
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
	return ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
}

static int use_mr(const struct uverbs *uverbs, size_t i, int dmabuf, __u8 *buf)
{
	struct edu_mr_write order = { .seed = SEED };
	struct ib_uverbs_reg_mr_resp mr = {};
	__u32 fresh = 0, synced = 0;
	int error = 0;

	edu_fill_background(buf, SEED);
	if (reg_dmabuf_mr(uverbs, dmabuf, LENGTH, &mr)) {
		error = errno;
	} else {
		order.rkey = mr.rkey;
		if (ioctl(edu, EDU_MR_WRITE, &order))
			return -1;
		fresh = edu_count_fresh(buf, SEED);
		if (sync_for_cpu(dmabuf))
			return -1;
		synced = edu_count_fresh(buf, SEED);
		if (dereg_mr(uverbs, &mr))
			return -1;
	}
	fact(exporters[i].registered, "%s", errno_name(error).text);
	fact(exporters[i].fresh, "%u", fresh);
	fact(exporters[i].synced, "%u", synced);
	return 0;
}

static int refuse_again(const struct uverbs *uverbs, size_t i, int dmabuf)
{
	struct ib_uverbs_reg_mr_resp mr;
	unsigned int refused = 0;
	long before;
	int n;

	if (read_value("/proc/meminfo", "MemAvailable:", &before))
		return -1;
	for (n = 0; n < REFUSALS; n++) {
		if (reg_dmabuf_mr(uverbs, dmabuf, LENGTH, &mr))
			refused++;
		else if (dereg_mr(uverbs, &mr))
			return -1;
	}
	fact(exporters[i].refused, "%u", refused);
	return print_lost_memory(exporters[i].lost, before);
}

static int use_exporter(const struct uverbs *uverbs, size_t i)
{
	struct word mappings = read_word(DMA_DEBUG_FREE);
	struct word slots = read_word(SWIOTLB_USED);
	int dmabuf = -1;
	__u8 *buf;

	buf = exporters[i].make(&dmabuf);
	if (buf == MAP_FAILED || dmabuf < 0 ||
	    use_mr(uverbs, i, dmabuf, buf) || refuse_again(uverbs, i, dmabuf))
		return -1;
	/* The exporter has what it mapped for itself until it is released. */
	munmap(buf, LENGTH);
	close(dmabuf);
	print_lost(exporters[i].mappings, DMA_DEBUG_FREE, mappings, 1);
	print_lost(exporters[i].slots, SWIOTLB_USED, slots, -1);
	return 0;
}

int probe_dmabuf(void)
{
	struct uverbs uverbs;
	int ret = 0;
	size_t i;

	if (open_uverbs(&uverbs))
		return -1;
	/* What is missed, is missed where the kernel should have the exporter. */
	for (i = 0; i < ARRAY_SIZE(exporters) && !ret; i++)
		if (!access(exporters[i].device, F_OK))
			ret = use_exporter(&uverbs, i);
	close_uverbs(&uverbs);
	return ret;
}
