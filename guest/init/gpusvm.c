// SPDX-License-Identifier: GPL-2.0
/*
 * A process that lets a GPU use its address space: it hands over nothing, the device
 * just writes to an address. What the process reads then, nobody has synced.
 */

#define _GNU_SOURCE
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"

/* The largest range that the driver makes, and the next. */
#define RANGE	(2 * 1024 * 1024)
#define SMALL_RANGE	(64 * 1024)
#define SEED	12

/* Whether all of the memory is what the process has put there. */
static int keeps(__u8 *buf, __u8 value)
{
	memset(buf, value, RANGE);
	return *buf == value && !memcmp(buf, buf + 1, RANGE - 1);
}

/* Free the memory, and get other for it at the same address. */
static int replace(__u8 *buf)
{
	return mmap(buf, RANGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == buf ? 0 : -1;
}

/* The device was refused, and writes no byte; to the process all is as it was before. */
static int use_refused(struct edu_svm *svm, __u8 *buf, __u8 *target)
{
	__u8 background[EDU_SIZE];
	int ok;

	edu_fill_background(background, SEED);
	ok = !memcmp(target, background, EDU_SIZE) && keeps(buf, 1);
	if (ioctl(edu, EDU_SVM_REMOVE, svm) || replace(buf))
		return -1;
	ok = ok && !svm->mapped && !svm->unmapped && !buf[RANGE - 1] &&
	     keeps(buf, 2);
	fact("gpusvm.after_refusal", "%s", ok ? "ok" : "bad");
	return 0;
}

/* As often as the process likes; of a range that is new, and of one that was refused. */
static int refuse_again(struct edu_svm *svm)
{
	unsigned int refused = 0;
	long before;
	int i;

	if (read_value("/proc/meminfo", "MemAvailable:", &before))
		return -1;
	for (i = 0; i < REFUSALS; i++) {
		if (ioctl(edu, EDU_SVM_MAP, svm))
			return -1;
		refused += !!svm->error;
		if (i % 2 && ioctl(edu, EDU_SVM_REMOVE, svm))
			return -1;
	}
	fact("gpusvm.refused", "%u", refused);
	if (print_lost_memory("gpusvm.lost_kb", before))
		return -1;
	return ioctl(edu, EDU_SVM_MAP, svm);
}

static int use_range(struct edu_svm *svm, __u8 *buf, __u8 *target)
{
	memset(buf, 0, RANGE);
	edu_fill_background(target, SEED);
	if (ioctl(edu, EDU_SVM_WRITE, svm))
		return -1;
	fact("gpusvm.beyond_mask", "%s", svm->beyond_mask ? "yes" : "no");
	fact("gpusvm.map", "%s", errno_name(svm->error).text);
	fact("gpusvm.fresh", "%u",
	     svm->error ? 0 : edu_count_fresh(target, SEED));
	if (svm->error)
		return use_refused(svm, buf, target) || refuse_again(svm) ? -1 : 0;
	fact("gpusvm.refused", "0");
	return 0;
}

/* Aligned, so that it is of one range. */
static __u8 *align(__u8 *pages, uintptr_t size)
{
	return (__u8 *)(((uintptr_t)pages + size - 1) & -size);
}

/* An address-limited device reaches the first pages of the range, and not the others. */
static int map_half(void)
{
	struct word mappings = read_word(DMA_DEBUG_FREE);
	struct edu_svm first = {}, last = {};
	__u8 *pages, *buf;
	int ret;

	pages = map_pages(2 * SMALL_RANGE);
	if (!pages)
		return -1;
	buf = mmap(align(pages, SMALL_RANGE), SMALL_RANGE,
		   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, edu, 0);
	if (buf == MAP_FAILED)
		return -1;
	first.addr = (uintptr_t)buf;
	last.addr = (uintptr_t)buf + SMALL_RANGE - EDU_SIZE;

	ret = ioctl(edu, EDU_SVM_MAP, &first) || ioctl(edu, EDU_SVM_MAP, &last);
	if (!ret) {
		fact("gpusvm.half_beyond_mask", "%s",
		     last.beyond_mask && !first.beyond_mask ? "yes" : "no");
		fact("gpusvm.half", "%s", errno_name(last.error).text);
		print_lost("gpusvm.half_mapped", DMA_DEBUG_FREE, mappings, 1);
		ret = ioctl(edu, EDU_SVM_REMOVE, &last);
	}
	munmap(pages, 2 * SMALL_RANGE);
	return ret ? -1 : 0;
}

int probe_gpusvm(void)
{
	struct word mappings = read_word(DMA_DEBUG_FREE);
	struct word slots = read_word(SWIOTLB_USED);
	struct edu_svm svm = { .seed = SEED };
	__u8 *pages = map_pages(2 * RANGE);
	__u8 *buf, *target;
	int ret;

	if (!pages)
		return -1;
	buf = align(pages, RANGE);
	/* In the last page, the address of which is the last that the driver gets. */
	target = buf + RANGE - sysconf(_SC_PAGESIZE);
	svm.addr = (uintptr_t)target;

	ret = use_range(&svm, buf, target) || map_half();
	/* The device has the range still. */
	if (munmap(pages, 2 * RANGE) || ret)
		return -1;
	print_lost("gpusvm.leaked_mappings", DMA_DEBUG_FREE, mappings, 1);
	print_lost("gpusvm.leaked_slots", SWIOTLB_USED, slots, -1);
	if (ioctl(edu, EDU_SVM_REMOVE, &svm))
		return -1;
	fact("gpusvm.invalidated", "%s",
	     svm.unmapped && !svm.mapped ? "yes" : "no");
	return 0;
}
