// SPDX-License-Identifier: GPL-2.0
/* What it costs to map and unmap memory, on a clock that counts instructions. */

#include <stdio.h>
#include <sys/ioctl.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"

static const char * const ways[] = {
	[EDU_WAY_PHYS]	= "page",
	[EDU_WAY_SG]	= "sg",
	[EDU_WAY_LINK]	= "link",
};

static const char * const attributes[] = {
	[EDU_PLAIN]	= "plain",
	[EDU_IGNORED]	= "ignored",
	[EDU_COHERENT]	= "coherent",
};

static int measure_cost(const char *name, struct edu_cost *cost)
{
	if (ioctl(edu, EDU_COST, cost))
		return -1;
	if (cost->absent)
		fact(name, "absent");
	else if (cost->error && cost->way == EDU_WAY_PHYS)
		/* dma_map_phys() cannot say why. */
		fact(name, "refused");
	else if (cost->error)
		fact(name, "%s", errno_name(cost->error).text);
	else
		fact(name, "%u", cost->map + cost->unmap);
	return 0;
}

/* A page, scatterlists, and 2 MiB linked in one piece and page by page. */
static int measure_ways(void)
{
	static const struct {
		__u32 way;
		__u32 entries;
	} kinds[] = {
		{ EDU_WAY_PHYS, 1 },
		{ EDU_WAY_SG, 1 }, { EDU_WAY_SG, 4 }, { EDU_WAY_SG, 16 },
		{ EDU_WAY_SG, 64 }, { EDU_WAY_SG, 256 },
		{ EDU_WAY_SG, EDU_COST_ENTRIES },
		{ EDU_WAY_LINK, 1 }, { EDU_WAY_LINK, 512 },
	};
	struct edu_cost cost;
	struct word name;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* The first one finds the caches of the allocators as others have left them. */
		cost = (struct edu_cost){
			.way		= kinds[i].way,
			.entries	= kinds[i].entries,
		};
		if (ioctl(edu, EDU_COST, &cost))
			return -1;
		for (j = 0; j < ARRAY_SIZE(attributes); j++) {
			cost = (struct edu_cost){
				.way		= kinds[i].way,
				.attribute	= j,
				.entries	= kinds[i].entries,
			};
			snprintf(name.text, sizeof(name.text), "cost.%s_%u.%s",
				 ways[cost.way], cost.entries, attributes[j]);
			if (measure_cost(name.text, &cost))
				return -1;
		}
	}
	return 0;
}

/*
 * What dma-debug adds to a mapping depends on how often the memory is mapped already.
 * Only mappings that it ignores may overlap.
 */
static int measure_overlaps(void)
{
	static const __u32 overlaps[] = { 0, 1, 8, 1000, 10000 };
	struct word name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(overlaps); i++) {
		struct edu_cost cost = {
			.attribute	= overlaps[i] ? EDU_IGNORED : EDU_PLAIN,
			.entries	= 1,
			.overlaps	= overlaps[i],
		};

		snprintf(name.text, sizeof(name.text), "cost.overlap_%u.both",
			 overlaps[i]);
		if (measure_cost(name.text, &cost))
			return -1;
	}
	return 0;
}

/* The trees of dma-debug are slabs of a kind that is counted as reclaimable. */
static int read_slabs(long *kib)
{
	refresh_vmstat();
	return read_value("/proc/meminfo", "SReclaimable:", kib);
}

static int measure_lines(void)
{
	struct edu_lines lines = { .count = EDU_LINES / 2 };
	long before, after;

	/* The first half uses up what slabs had to spare. */
	if (ioctl(edu, EDU_MAP_LINES, &lines) || read_slabs(&before))
		return -1;
	lines.count = EDU_LINES;
	if (ioctl(edu, EDU_MAP_LINES, &lines))
		return -1;
	lines.count = 0;
	if (read_slabs(&after) || ioctl(edu, EDU_MAP_LINES, &lines))
		return -1;
	fact("cost.lines_kib", "%ld", after - before);
	return 0;
}

int probe_cost(void)
{
	struct edu_cost cost = { .entries = 1 };
	struct edu_map map = { .seed = 12 };

	if (ioctl(edu, EDU_COST, &cost))
		return -1;
	if (!cost.counted)
		return 0;
	if (measure_ways() || ioctl(edu, EDU_MAP_PLAIN, &map))
		return -1;
	/* There are not so many bounce buffers, and without dma-debug nothing to see. */
	if (!map.dma_is_phys || !dma_debug_is_on())
		return 0;
	return measure_overlaps() || measure_lines() ? -1 : 0;
}
