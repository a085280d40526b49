// SPDX-License-Identifier: GPL-2.0
/* What dma-debug shows, and whether it counts right under stress. */

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
