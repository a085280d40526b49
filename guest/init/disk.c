// SPDX-License-Identifier: GPL-2.0
/* Disks of virtio, whose drivers sync. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edu.h"
#include "facts.h"
#include "probes.h"

#define BLK_SIZE	(1024 * 1024)

/* Write to a disk and read back, past the page cache. */
static int compare_disk(int fd, __u8 *written, __u8 *got)
{
	int i;

	for (i = 0; i < BLK_SIZE; i++) {
		written[i] = edu_pattern(10, i);
		got[i] = ~written[i];
	}
	errno = EIO;
	if (pwrite(fd, written, BLK_SIZE, 0) != BLK_SIZE ||
	    pread(fd, got, BLK_SIZE, 0) != BLK_SIZE)
		return -1;
	return memcmp(written, got, BLK_SIZE) ? 1 : 0;
}

/*
 * Facts @name.compare and @name.bounced of a driver that syncs: it has to work
 * wherever it gets a bounce buffer.
 */
static int use_disk(const char *name, const char *path)
{
	int fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	struct word compare, bounced;
	__u8 *buf;
	int ret;

	snprintf(compare.text, sizeof(compare.text), "%s.compare", name);
	snprintf(bounced.text, sizeof(bounced.text), "%s.bounced", name);
	if (fd < 0 && errno == ENOENT) {
		fact(compare.text, "none");
		return 0;
	}
	if (fd < 0)
		return -1;
	buf = map_pages(2 * BLK_SIZE);
	if (!buf) {
		close(fd);
		return -1;
	}

	/* Without a slab there is no such file, and nothing is bounced. */
	write_word(SWIOTLB_HIGHEST, "0");
	ret = compare_disk(fd, buf, buf + BLK_SIZE);
	fact(compare.text, "%s",
	     ret > 0 ? "bad" : errno_name(ret ? errno : 0).text);
	fact(bounced.text, "%s",
	     yes_no(atol(read_word(SWIOTLB_HIGHEST).text) > 0));
	munmap(buf, 2 * BLK_SIZE);
	close(fd);
	return 0;
}

int probe_blk(void)
{
	return use_disk("blk", "/dev/vda");
}

int probe_scsi(void)
{
	return use_disk("scsi", "/dev/sda");
}
