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
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "facts.h"
#include "probes.h"

/*
 * The counters of a pool of the device's own, as restricted-pool.dtsi calls it,
 * or else of the machine's.
 */
#define SWIOTLB_OWN	"/sys/kernel/debug/pci-pool"
#define SWIOTLB_ALL	"/sys/kernel/debug/swiotlb"

#define BUSYBOX		"/busybox"

#define WARN_AGAIN	"/sys/kernel/debug/clear_warn_once"

static int probe_kernel(void)
{
	struct utsname name;

	if (uname(&name))
		return -1;
	fact("kernel.release", "%s", name.release);
	fact("cpus", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	return 0;
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
	{ "dmabuf",	probe_dmabuf,		1 },
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
	/* Of a driver with several faults, each report is to be printed. */
	if (!strcmp(read_word("/sys/module/edu/parameters/mismatch").text, "Y") &&
	    write_word(DMA_DEBUG "all_errors", "1"))
		failure("all_errors");
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

/* For somebody who wants to look around: tools/boot puts it there. */
static void run_shell(void)
{
	pid_t child;

	if (access(BUSYBOX, X_OK))
		return;
	child = fork();
	if (!child) {
		execl(BUSYBOX, "busybox", "sh", "-c",
		      "cd /; " BUSYBOX " mkdir -p bin; " BUSYBOX " --install -s bin;"
		      " exec setsid cttyhack sh", NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
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

	if (open_log())
		failure("kmsg");

	if (chdir(SWIOTLB_OWN) && chdir(SWIOTLB_ALL))
		failure("swiotlb");
	measure();

	printf("FACTS END count=%u\n", facts);
	run_shell();

	/*
	 * Lazy invalidation flushes up to 10 ms after the last unmap. If
	 * virtio-iommu is shut down before that, the flush spins for ever.
	 * The SCSI disk would write once more when the machine is shut down.
	 */
	write_word("/sys/block/sda/device/delete", "1");
	usleep(200 * 1000);
	reboot(RB_POWER_OFF);
	/* The kernel panics if PID 1 exits; the log shows that we got here. */
	return 1;
}
