// SPDX-License-Identifier: GPL-2.0
/* What dma-debug shows, what it costs, and whether it counts right under stress. */

#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"

/* In a process of its own, as there are kernels in which it ends there. */
int probe_dump(void)
{
	int byte, status;
	FILE *file;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		file = fopen(DMA_DEBUG "dump", "r");
		if (!file)
			_exit(1);
		do
			byte = fgetc(file);
		while (byte != EOF);
		_exit(ferror(file) ? 1 : 0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status))
		fact("dma_debug.read", "killed");
	else
		fact("dma_debug.read", "%s", WEXITSTATUS(status) ? "failed" : "ok");
	return 0;
}

static int measure_cost(const char *name, __u32 overlaps)
{
	struct edu_cost cost = { .overlaps = overlaps };

	if (ioctl(edu, EDU_COST, &cost))
		return -1;
	fact(name, "%u", cost.map + cost.unmap);
	return 0;
}

/* The trees of dma-debug are slabs of a kind that is counted as reclaimable. */
static int read_slabs(long *kib)
{
	refresh_vmstat();
	return read_value("/proc/meminfo", "SReclaimable:", kib);
}

/* What dma-debug adds to a mapping depends on who else has mapped the memory. */
int probe_cost(void)
{
	struct edu_lines lines = { .count = EDU_LINES / 2 };
	struct edu_cost cost = { .overlaps = 0 };
	struct edu_map map = { .seed = 12 };
	long before, after;

	if (ioctl(edu, EDU_COST, &cost))
		return -1;
	if (!cost.counted)
		return 0;
	/* There are not so many bounce buffers. */
	if (ioctl(edu, EDU_MAP_PLAIN, &map))
		return -1;
	if (!map.dma_is_phys)
		return 0;
	if (measure_cost("cost.first.both", 0) ||
	    measure_cost("cost.overlap_1000.both", 999))
		return -1;

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

int probe_stress(void)
{
	struct edu_stress stress;

	if (ioctl(edu, EDU_STRESS, &stress))
		return -1;
	if (!stress.seconds)
		return 0;
	fact("stress.seconds", "%u", stress.seconds);
	fact("stress.maps", "%u", stress.maps);
	return 0;
}
