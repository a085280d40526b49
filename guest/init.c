// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the test machine: measures, prints one fact per line, powers off.
 *
 *	FACT name=value
 *	FACTS END count=<number of FACT lines>
 *
 * It judges nothing: what a fact should be depends on the kernel and on the
 * machine, and the host knows both.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include "edu.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define SWIOTLB_USED	"/sys/kernel/debug/swiotlb/io_tlb_used"
#define DMA_DEBUG	"/sys/kernel/debug/dma-api/"
#define DMA_DEBUG_FREE	DMA_DEBUG "num_free_entries"

#define UMEM_AGAIN	16

struct word {
	char text[64];
};

static int edu = -1;
static unsigned int facts;

static void fact_printed(void)
{
	facts++;
	/* Wait for it to be sent, or kernel messages end up inside the line. */
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
}

/* A macro, so that the compiler checks the format. */
#define fact(name, format, ...)						\
	do {								\
		printf("FACT %s=" format "\n", name, ##__VA_ARGS__);	\
		fact_printed();						\
	} while (0)

/* An errno that glibc has no name for, such as the kernel's 524, is a number. */
static struct word errno_name(int error)
{
	const char *name = error ? strerrorname_np(error) : "ok";
	struct word word;

	if (name)
		snprintf(word.text, sizeof(word.text), "%s", name);
	else
		snprintf(word.text, sizeof(word.text), "%d", error);
	return word;
}

/* A step of this program went wrong, errno says why. */
static void failure(const char *step)
{
	fact("init.failed", "%s:%s", step, errno_name(errno).text);
}

/* The first word of a file, "none" if there is no such thing. */
static struct word read_word(const char *path)
{
	struct word word = { "none" };
	FILE *file = fopen(path, "r");

	if (!file)
		return word;
	if (fscanf(file, "%63s", word.text) != 1)
		word = (struct word){ "none" };
	fclose(file);
	return word;
}

static int probe_kernel(void)
{
	struct utsname name;

	if (uname(&name))
		return -1;
	fact("kernel.release", "%s", name.release);
	return 0;
}

static int probe_iommu(void)
{
	fact("iommu.group_type", "%s",
	     read_word("/sys/class/misc/edu/device/iommu_group/type").text);
	return 0;
}

static int probe_plain(void)
{
	struct edu_map map = { .seed = 1 };

	if (ioctl(edu, EDU_MAP_PLAIN, &map))
		return -1;
	fact("plain.map", "%s", errno_name(map.error).text);
	fact("plain.dma_is_phys", "%s", map.dma_is_phys ? "yes" : "no");
	fact("plain.fresh_before_sync", "%u", map.fresh_before_sync);
	fact("plain.fresh_after_sync", "%u", map.fresh_after_sync);
	fact("plain.size", "%u", EDU_SIZE);
	return 0;
}

static int probe_coherent(void)
{
	struct edu_map phys = { .seed = 2 };
	struct edu_map sg = { .seed = 3 };

	if (ioctl(edu, EDU_MAP_COHERENT, &phys) ||
	    ioctl(edu, EDU_MAP_COHERENT_SG, &sg))
		return -1;

	fact("attribute", "%s", phys.absent ? "absent" : "present");
	/* dma_map_phys() cannot say why it refuses. */
	fact("coherent.phys", "%s",
	     phys.absent ? "absent" : phys.error ? "refused" : "ok");
	fact("coherent.phys_fresh", "%u", phys.fresh_before_sync);
	fact("coherent.sg", "%s",
	     sg.absent ? "absent" : errno_name(sg.error).text);
	fact("coherent.sg_fresh", "%u", sg.fresh_before_sync);
	return 0;
}

/* What a process sees of the device's writes to memory it has registered. */
static int probe_umem(void)
{
	size_t length = sysconf(_SC_PAGESIZE);
	struct edu_umem umem = { .length = length, .seed = 4 };
	__u32 id[UMEM_AGAIN];
	__u32 fresh = 0;
	int i, count, error = 0, ret = -1;
	__u8 *page;

	page = mmap(NULL, length, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -1;
	edu_fill_background(page, umem.seed);
	umem.addr = (uintptr_t)page;

	if (ioctl(edu, EDU_REG_UMEM, &umem))
		goto unmap;
	fact("umem.register", "%s", errno_name(umem.error).text);
	if (!umem.error) {
		if (ioctl(edu, EDU_UMEM_WRITE, &umem))
			goto unmap;
		fresh = edu_count_fresh(page, umem.seed);
		if (ioctl(edu, EDU_DEREG_UMEM, &umem))
			goto unmap;
	}
	fact("umem.fresh", "%u", fresh);
	fact("umem.size", "%u", EDU_SIZE);

	/* Ordinary use: many registrations of one page, alive at once. */
	for (count = 0; count < UMEM_AGAIN; count++) {
		if (ioctl(edu, EDU_REG_UMEM, &umem))
			goto unmap;
		error = umem.error;
		if (error)
			break;
		id[count] = umem.id;
	}
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

static const struct {
	const char *name;
	int (*run)(void);	/* prints facts; returns 0, or -1 and errno */
	int needs_edu;
} probes[] = {
	{ "kernel",	probe_kernel,	0 },
	{ "iommu",	probe_iommu,	1 },
	{ "plain",	probe_plain,	1 },
	{ "coherent",	probe_coherent,	1 },
	{ "umem",	probe_umem,	1 },
};

static int mount_all(void)
{
	return mount("proc", "/proc", "proc", 0, NULL) ||
	       mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	       mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) ||
	       mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return ret;
}

static int start_edu(void)
{
	if (load_module("/edu.ko"))
		return -1;
	edu = open("/dev/edu", O_RDWR | O_CLOEXEC);
	return edu < 0 ? -1 : 0;
}

/* dma-debug reports what the driver still has mapped when it goes. */
static int stop_edu(void)
{
	if (edu < 0)
		return 0;
	close(edu);
	return syscall(SYS_delete_module, "edu", 0);
}

static void print_pinned(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	unsigned long kb;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPin: %lu", &kb) == 1)
			fact("pinned.after", "%lu", kb);
	if (file)
		fclose(file);
	else
		failure("pinned");
}

static void run_probes(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (probes[i].needs_edu && edu < 0)
			continue;
		if (probes[i].run())
			failure(probes[i].name);
	}
}

/* By how much a counter fell (@sign 1) or rose (-1), "none" without it. */
static void print_lost(const char *name, const char *path, struct word before,
		       int sign)
{
	struct word after = read_word(path);

	if (strcmp(after.text, "none"))
		fact(name, "%ld",
		     sign * (atol(before.text) - atol(after.text)));
	else
		fact(name, "none");
}

/* What the probes may have left behind. */
static void measure(void)
{
	struct word swiotlb_before = read_word(SWIOTLB_USED);
	struct word free_before = read_word(DMA_DEBUG_FREE);

	if (start_edu())
		failure("start");
	run_probes();
	if (stop_edu())
		failure("stop");

	print_pinned();
	fact("dma_debug", "%s",
	     strcmp(read_word(DMA_DEBUG "disabled").text, "N") ? "off" : "on");
	fact("dma_debug.errors", "%s", read_word(DMA_DEBUG "error_count").text);
	print_lost("dma_debug.leaked", DMA_DEBUG_FREE, free_before, 1);
	print_lost("swiotlb.leaked", SWIOTLB_USED, swiotlb_before, -1);
}

int main(void)
{
	if (mount_all())
		failure("mount");

	/* The kernel gave us its console only if the initramfs had the node. */
	if (!freopen("/dev/console", "w", stdout))
		failure("console");

	measure();

	printf("FACTS END count=%u\n", facts);
	fflush(stdout);
	tcdrain(STDOUT_FILENO);

	/*
	 * Lazy invalidation flushes up to 10 ms after the last unmap. If
	 * virtio-iommu is shut down before that, the flush spins for ever.
	 */
	usleep(200 * 1000);
	reboot(RB_POWER_OFF);
	/* The kernel panics if PID 1 exits; the log shows that we got here. */
	return 1;
}
