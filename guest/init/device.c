// SPDX-License-Identifier: GPL-2.0
/* What the edu device writes to memory that its driver, or a process, has it use. */

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"

#define UMEM_AGAIN	16

/* More than the lines that are logged of refusals. */
#define COST_TRIES	20
/* What 1 GiB may cost of what a page does. */
#define COST_FACTOR	10

#define UNALIGNED	512

int edu = -1;

int probe_device(void)
{
	struct edu_info info;

	if (ioctl(edu, EDU_INFO, &info))
		return -1;
	fact("device.coherent", "%s", yes_no(info.coherent));
	fact("device.untrusted", "%s", yes_no(info.untrusted));
	fact("dma.backend", "%s", info.backend);
	fact("iommu.group_type", "%s",
	     read_word("/sys/class/misc/edu/device/iommu_group/type").text);
	return 0;
}

int probe_plain(void)
{
	struct edu_map map = { .seed = 1 };

	if (ioctl(edu, EDU_MAP_PLAIN, &map))
		return -1;
	fact("plain.map", "%s", errno_name(map.error).text);
	fact("plain.beyond_mask", "%s", yes_no(map.beyond_mask));
	fact("plain.dma_is_phys", "%s", yes_no(map.dma_is_phys));
	fact("plain.fresh_before_sync", "%u", map.fresh_before_sync);
	fact("plain.fresh_after_sync", "%u", map.fresh_after_sync);
	return 0;
}

int use_map(const char *name, unsigned int cmd, struct edu_map *map)
{
	struct word result, fresh;

	if (ioctl(edu, cmd, map))
		return -1;

	result = errno_name(map->error);
	if (map->absent)
		result = (struct word){ "absent" };
	else if (map->error && cmd == EDU_MAP_COHERENT)
		/* dma_map_phys() cannot say why. */
		result = (struct word){ "refused" };
	fact(name, "%s", result.text);
	snprintf(fresh.text, sizeof(fresh.text), "%s_fresh", name);
	fact(fresh.text, "%u", map->fresh_before_sync);
	return 0;
}

int probe_coherent(void)
{
	struct edu_map phys = { .seed = 2 };
	struct edu_map sg = { .seed = 3 };

	if (use_map("coherent.phys", EDU_MAP_COHERENT, &phys) ||
	    use_map("coherent.sg", EDU_MAP_COHERENT_SG, &sg))
		return -1;
	fact("attribute", "%s", phys.absent ? "absent" : "present");
	if (!phys.absent)
		fact("coherent.beyond_mask", "%s",
		     yes_no(phys.beyond_mask && sg.beyond_mask));
	return 0;
}

/*
 * Memory that shares its page with other data: an untrusted device may not
 * see that data, so it gets a bounce buffer even behind an IOMMU.
 */
int probe_unaligned(void)
{
	struct edu_map plain = { .seed = 5, .offset = UNALIGNED };
	struct edu_map phys = { .seed = 6, .offset = UNALIGNED };
	struct edu_map middle = { .seed = 7, .offset = UNALIGNED, .entry = 1 };
	struct edu_map last = {
		.seed	= 8,
		.offset	= UNALIGNED,
		.entry	= EDU_SG_ENTRIES - 1,
	};

	if (ioctl(edu, EDU_MAP_PLAIN, &plain))
		return -1;
	fact("unaligned.plain", "%s", errno_name(plain.error).text);
	fact("unaligned.plain_fresh_before_sync", "%u",
	     plain.fresh_before_sync);
	fact("unaligned.plain_fresh_after_sync", "%u", plain.fresh_after_sync);

	if (use_map("unaligned.phys", EDU_MAP_COHERENT, &phys) ||
	    use_map("unaligned.sg_middle", EDU_MAP_COHERENT_SG, &middle) ||
	    use_map("unaligned.sg_last", EDU_MAP_COHERENT_SG, &last))
		return -1;
	return 0;
}

/* Register memory, let the device write to its start, deregister it. */
static int use_umem(struct edu_umem *umem, __u32 *fresh)
{
	__u8 *buf = (__u8 *)(uintptr_t)umem->addr;

	*fresh = 0;
	edu_fill_background(buf, umem->seed);
	if (ioctl(edu, EDU_REG_UMEM, umem))
		return -1;
	if (umem->error)
		return 0;
	if (ioctl(edu, EDU_UMEM_WRITE, umem))
		return -1;
	*fresh = edu_count_fresh(buf, umem->seed);
	return ioctl(edu, EDU_DEREG_UMEM, umem);
}

/* What a process sees of the device's writes to memory it has registered. */
int probe_umem(void)
{
	size_t length = sysconf(_SC_PAGESIZE);
	struct edu_umem umem = { .length = length, .seed = 4 };
	__u32 id[UMEM_AGAIN];
	struct edu_umem part = { .length = EDU_SIZE, .seed = 9 };
	int i, count, error = 0, ret = -1;
	__u8 *page = map_pages(length);
	__u32 fresh;

	if (!page)
		return -1;
	umem.addr = (uintptr_t)page;
	part.addr = umem.addr + UNALIGNED;

	if (use_umem(&umem, &fresh))
		goto unmap;
	fact("umem.beyond_mask", "%s", yes_no(umem.beyond_mask));
	fact("umem.register", "%s", errno_name(umem.error).text);
	fact("umem.fresh", "%u", fresh);
	fact("umem.size", "%u", EDU_SIZE);

	/* The RDMA core maps whole pages, so the process may ask for a part. */
	if (use_umem(&part, &fresh))
		goto unmap;
	fact("unaligned.umem", "%s", errno_name(part.error).text);
	fact("unaligned.umem_fresh", "%u", fresh);

	/* Ordinary use: many registrations of one page, alive at once. */
	for (count = 0; count < UMEM_AGAIN; count++) {
		if (ioctl(edu, EDU_REG_UMEM, &umem))
			goto unmap;
		error = umem.error;
		if (error)
			break;
		id[count] = umem.id;
	}
	fact("dma_debug.dump", "%s", read_dump().text);
	for (i = 0; i < count; i++) {
		umem.id = id[i];
		if (ioctl(edu, EDU_DEREG_UMEM, &umem))
			goto unmap;
	}
	if (error)
		fact("umem.again", "%d:%s", count, errno_name(error).text);
	else
		fact("umem.again", "ok");
	ret = 0;
unmap:
	munmap(page, length);
	return ret;
}

int use_odp(const char *name, __u8 *page)
{
	struct edu_umem umem = {
		.addr		= (uintptr_t)page,
		.length		= sysconf(_SC_PAGESIZE),
		.seed		= 10,
		.on_demand	= 1,
	};
	struct word title;
	int registered;

	edu_fill_background(page, umem.seed);
	if (ioctl(edu, EDU_REG_UMEM, &umem))
		return -1;
	snprintf(title.text, sizeof(title.text), "%s.register", name);
	fact(title.text, "%s", errno_name(umem.error).text);
	registered = !umem.error;
	if (registered && ioctl(edu, EDU_UMEM_WRITE, &umem))
		return -1;
	snprintf(title.text, sizeof(title.text), "%s.fresh", name);
	fact(title.text, "%u", edu_count_fresh(page, umem.seed));
	return registered ? ioctl(edu, EDU_DEREG_UMEM, &umem) : 0;
}

/* Before anything of the device has been bounced, as that makes a difference to some kernels. */
int probe_odp(void)
{
	size_t length = sysconf(_SC_PAGESIZE);
	__u8 *page = map_pages(length);
	int ret;

	if (!page)
		return -1;
	ret = use_odp("odp", page);
	munmap(page, length);
	return ret;
}

/*
 * A process can ask for what is refused as often as it likes: that must neither
 * flood the log nor leave anything behind. A leak of one page per refusal would
 * be about four times NOISE_KB.
 */
int probe_refusals(void)
{
	size_t length = sysconf(_SC_PAGESIZE);
	struct edu_umem umem = { .length = length };
	__u8 *page = map_pages(length);
	unsigned int refused = 0, allowed;
	time_t start;
	long before;
	int i, ret = -1;

	if (!page)
		return -1;
	umem.addr = (uintptr_t)page;

	/* What other probes had refused leaves no line for this one. */
	if (refused_lines)
		sleep(LINES_WAIT);
	if (read_value("/proc/meminfo", "MemAvailable:", &before) || read_log())
		goto unmap;
	refused_lines = 0;
	start = time(NULL);
	for (i = 0; i < REFUSALS; i++) {
		if (ioctl(edu, EDU_REG_UMEM, &umem))
			goto unmap;
		if (umem.error)
			refused++;
		else if (ioctl(edu, EDU_DEREG_UMEM, &umem))
			goto unmap;
	}
	if (print_lost_memory("memory.lost_kb", before) || read_log())
		goto unmap;

	fact("refusals.refused", "%u", refused);
	allowed = LINES_ALLOWED * (1 + (time(NULL) - start) / LINES_INTERVAL);
	if (refused_lines && refused_lines <= allowed)
		fact("refusals.lines", "few");
	else
		fact("refusals.lines", "%u", refused_lines);
	ret = 0;
unmap:
	munmap(page, length);
	return ret;
}

/*
 * The instructions that it takes to register memory, which is all there, or to have it
 * refused. What is logged would count as well, but not every time.
 */
static int measure_registration(size_t length, long *cost, int *error)
{
	__u8 *buf = mmap(NULL, length, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct edu_umem umem = {
		.addr	= (uintptr_t)buf,
		.length	= length,
	};
	struct timespec begin, end;
	int i, ret = -1;
	long took;

	if (buf == MAP_FAILED)
		return -1;
	for (i = 0; i < COST_TRIES; i++) {
		clock_gettime(CLOCK_MONOTONIC, &begin);
		if (ioctl(edu, EDU_REG_UMEM, &umem))
			goto unmap;
		clock_gettime(CLOCK_MONOTONIC, &end);
		if (!umem.error && ioctl(edu, EDU_DEREG_UMEM, &umem))
			goto unmap;
		took = (end.tv_sec - begin.tv_sec) * 1000000000L +
			end.tv_nsec - begin.tv_nsec;
		if (!i || took < *cost)
			*cost = took;
		/* Nothing is logged. */
		if (!umem.error && i == 2)
			break;
	}
	*error = umem.error;
	ret = 0;
unmap:
	munmap(buf, length);
	return ret;
}

/* What it costs to register so much, or to be refused. */
int probe_large(void)
{
	static const struct {
		const char *name;
		size_t length;
	} sizes[] = {
		{ "page", 4096 }, { "64m", 64 << 20 }, { "1g", 1 << 30 },
	};
	struct edu_cost cost = { .entries = 1 };
	struct word title;
	long took[ARRAY_SIZE(sizes)], available;
	size_t i;
	int error;

	if (ioctl(edu, EDU_COST, &cost) ||
	    read_value("/proc/meminfo", "MemAvailable:", &available))
		return -1;
	if (!cost.counted || (size_t)available * 1024 <= sizes[2].length)
		return 0;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (measure_registration(sizes[i].length, &took[i], &error))
			return -1;
		snprintf(title.text, sizeof(title.text), "%s.cost_%s",
			 error ? "refusals" : "registration", sizes[i].name);
		fact(title.text, "%ld", took[i]);
	}
	if (error)
		fact("refusals.at_once", "%s",
		     yes_no(took[2] <= COST_FACTOR * took[0]));
	return 0;
}
