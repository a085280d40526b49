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
#include <time.h>
#include <unistd.h>

#include "edu.h"
#include "init.h"

/*
 * The counters of a pool of the device's own, as restricted-pool.dtsi calls it,
 * or else of the machine's.
 */
#define SWIOTLB_OWN	"/sys/kernel/debug/pci-pool"
#define SWIOTLB_ALL	"/sys/kernel/debug/swiotlb"
#define SWIOTLB_HIGHEST	"io_tlb_used_hiwater"

#define WARN_AGAIN	"/sys/kernel/debug/clear_warn_once"

#define UMEM_AGAIN	16

/* More than the lines that are logged of refusals. */
#define COST_TRIES	20
/* What 1 GiB may cost of what a page does. */
#define COST_FACTOR	10

#define UNALIGNED	512

/* What dev_notice_ratelimited() lets through, and for how many seconds. */
#define LINES_ALLOWED	10
#define LINES_INTERVAL	5

/* The kernel counts these in ticks, of which a busy host takes some from the guest. */
#define LINES_WAIT	(2 * LINES_INTERVAL)
#define BLK_SIZE	(1024 * 1024)

/* Less may be pages that other parts of the kernel took or gave back. */
#define NOISE_KB	1024

int edu = -1;
unsigned int facts;
static int kmsg = -1;

/* Lines of the kernel log so far. */
unsigned int refused_lines;
static unsigned int warn_lines;

struct word errno_name(int error)
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

static const char *yes_no(int value)
{
	return value ? "yes" : "no";
}

struct word read_word(const char *path)
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

int write_word(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, length);
	close(fd);
	return ret == (ssize_t)length ? 0 : -1;
}

int read_value(const char *path, const char *key, long *value)
{
	FILE *file = fopen(path, "r");
	size_t length = strlen(key);
	char line[128];
	int ret = -1;

	if (!file)
		return -1;
	errno = ENODATA;
	while (ret && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, length) &&
		    sscanf(line + length, "%ld", value) == 1)
			ret = 0;
	fclose(file);
	return ret;
}

void refresh_vmstat(void)
{
	long ignored;

	read_value("/proc/sys/vm/stat_refresh", "", &ignored);
}

int read_log(void)
{
	char record[8192 + 1];
	ssize_t size;

	while ((size = read(kmsg, record, sizeof(record) - 1)) >= 0) {
		record[size] = '\0';
		if (strstr(record, "refused a DMA mapping"))
			refused_lines++;
		if (strstr(record, "[ cut here ]"))
			warn_lines++;
	}
	return errno == EAGAIN ? 0 : -1;
}

static int probe_kernel(void)
{
	struct utsname name;

	if (uname(&name))
		return -1;
	fact("kernel.release", "%s", name.release);
	fact("cpus", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	return 0;
}

static int probe_device(void)
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

static int probe_plain(void)
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

static int probe_coherent(void)
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
static int probe_unaligned(void)
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

__u8 *map_pages(size_t length)
{
	__u8 *pages = mmap(NULL, length, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
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
static int probe_umem(void)
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
static int probe_odp(void)
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
static int probe_refusals(void)
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
static int probe_large(void)
{
	static const struct {
		const char *name;
		size_t length;
	} sizes[] = {
		{ "page", 4096 }, { "64m", 64 << 20 }, { "1g", 1 << 30 },
	};
	struct edu_cost cost = {};
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

static int probe_blk(void)
{
	return use_disk("blk", "/dev/vda");
}

static int probe_scsi(void)
{
	return use_disk("scsi", "/dev/sda");
}

static const struct {
	const char *name;
	int (*run)(void);	/* prints facts; returns 0, or -1 and errno */
	int needs_edu;
} probes[] = {
	{ "kernel",	probe_kernel,		0 },
	{ "device",	probe_device,		1 },
	{ "odp",	probe_odp,		1 },
	{ "plain",	probe_plain,		1 },
	{ "coherent",	probe_coherent,		1 },
	{ "unaligned",	probe_unaligned,	1 },
	{ "umem",	probe_umem,		1 },
	{ "p2p",	probe_p2p,		1 },
	{ "uverbs",	probe_uverbs,		1 },
	{ "gpusvm",	probe_gpusvm,		1 },
	{ "refusals",	probe_refusals,		1 },
	{ "large",	probe_large,		1 },
	{ "blk",	probe_blk,		0 },
	{ "scsi",	probe_scsi,		0 },
	{ "input",	probe_input,		0 },
	{ "rxe",	probe_rxe,		0 },
	{ "cost",	probe_cost,		1 },
	{ "stress",	probe_stress,		1 },
	{ "callers",	probe_callers,		1 },
	{ "dump",	probe_dump,		0 },
};

static int mount_all(void)
{
	return mount("proc", "/proc", "proc", 0, NULL) ||
	       mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	       mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) ||
	       mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

static int load_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return ret;
}

/* Words "edu.NAME=VALUE" of the command line, as modprobe passes them on. */
static int start_edu(void)
{
	char parameters[256] = "", word[256];
	FILE *file = fopen("/proc/cmdline", "r");

	if (!file)
		return -1;
	while (fscanf(file, "%255s", word) == 1)
		if (!strncmp(word, "edu.", 4) &&
		    strlen(parameters) + strlen(word) < sizeof(parameters))
			strcat(strcat(parameters, word + 4), " ");
	fclose(file);

	if (load_module("/edu.ko", parameters))
		return -1;
	edu = open("/dev/edu", O_RDWR | O_CLOEXEC);
	/* What is measured with it is missed where it should be there. */
	return edu < 0 && errno != ENOENT ? -1 : 0;
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
	long kb;

	if (read_value("/proc/self/status", "VmPin:", &kb))
		failure("pinned");
	else
		fact("pinned.after", "%ld", kb);
}

/* Every probe runs as if it were the first to do what the kernel warns of. */
static void run_probe(const char *name, int (*run)(void))
{
	int counted = !write_word(WARN_AGAIN, "1") && !read_log();
	unsigned int before = warn_lines;
	struct word warnings;

	if (run())
		failure(name);
	if (counted && !read_log()) {
		snprintf(warnings.text, sizeof(warnings.text), "%s.warnings",
			 name);
		fact(warnings.text, "%u", warn_lines - before);
	} else {
		failure("log");
	}
}

static void run_probes(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (edu >= 0 || !probes[i].needs_edu)
			run_probe(probes[i].name, probes[i].run);
}

void print_lost(const char *name, const char *path, struct word before,
		int sign)
{
	struct word after = read_word(path);

	if (strcmp(after.text, "none"))
		fact(name, "%ld",
		     sign * (atol(before.text) - atol(after.text)));
	else
		fact(name, "none");
}

int print_lost_memory(const char *name, long before)
{
	int kasan = has_function("kasan_report");
	long after;

	if (kasan < 0 || read_value("/proc/meminfo", "MemAvailable:", &after))
		return -1;
	/* It keeps for a while what is freed. kmemleak is asked there. */
	if (kasan) {
		fact(name, "none");
		return 0;
	}
	fact(name, "%ld", before - after < NOISE_KB ? 0 : before - after);
	return 0;
}

/* What the probes may have left behind. */
static void measure(void)
{
	struct word swiotlb_before = read_word(SWIOTLB_USED);
	struct word free_before = read_word(DMA_DEBUG_FREE);

	/* Some suites want a device that no driver has. */
	run_probe("kunit", probe_kunit);
	/* What the suites had refused leaves no line for the first of the probes. */
	if (refused_lines)
		sleep(LINES_WAIT);
	refused_lines = 0;

	if (start_edu())
		failure("start");
	run_probes();
	if (stop_edu())
		failure("stop");

	print_pinned();
	fact("dma_debug", "%s", dma_debug_is_on() ? "on" : "off");
	fact("dma_debug.errors", "%s", read_word(DMA_DEBUG "error_count").text);
	print_lost("dma_debug.leaked", DMA_DEBUG_FREE, free_before, 1);
	print_lost("swiotlb.leaked", SWIOTLB_USED, swiotlb_before, -1);

	if (probe_checks())
		failure("checks");
}

int main(void)
{
	if (getpid() != 1)
		return run_caller();
	if (mount_all())
		failure("mount");

	/* A line written there is a message of its own, which no other splits. */
	if (!freopen("/dev/kmsg", "w", stdout))
		failure("kmsg");
	setlinebuf(stdout);

	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		failure("kmsg");

	if (chdir(SWIOTLB_OWN) && chdir(SWIOTLB_ALL))
		failure("swiotlb");
	measure();

	printf("FACTS END count=%u\n", facts);

	/*
	 * Lazy invalidation flushes up to 10 ms after the last unmap. If
	 * virtio-iommu is shut down before that, the flush spins for ever.
	 */
	usleep(200 * 1000);
	reboot(RB_POWER_OFF);
	/* The kernel panics if PID 1 exits; the log shows that we got here. */
	return 1;
}
