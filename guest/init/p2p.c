// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of another PCI device, which a process has mapped, and to which the edu device
 * writes: in a scatterlist behind memory of the kernel, and on demand.
 */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"

#define ALLOCATE	"/sys/bus/pci/devices/*/p2pmem/allocate"

static int open_peer(void)
{
	glob_t found;
	int fd;

	errno = ENOENT;
	if (glob(ALLOCATE, 0, NULL, &found))
		return -1;
	fd = open(found.gl_pathv[0], O_RDWR | O_CLOEXEC);
	globfree(&found);
	return fd;
}

int probe_p2p(void)
{
	size_t length = sysconf(_SC_PAGESIZE);
	struct edu_map plain = { .seed = 15, .entry = 1 };
	struct edu_map coherent = { .seed = 16, .entry = 1 };
	int fd, ret = -1;
	__u8 *page;

	fd = open_peer();
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -1;
	plain.addr = (uintptr_t)page;
	coherent.addr = (uintptr_t)page;
	if (use_map("p2p.sg", EDU_MAP_PLAIN_SG, &plain))
		goto unmap;
	fact("p2p.sg_fresh_after_unmap", "%u", plain.fresh_after_sync);
	if (!use_map("p2p.coherent_sg", EDU_MAP_COHERENT_SG, &coherent) &&
	    !use_odp("p2p.odp", page))
		ret = 0;

unmap:
	munmap(page, length);
	return ret;
}
