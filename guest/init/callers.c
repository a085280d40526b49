// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that register memory in every way there is, and that end in every way there
 * is, also in the middle of a system call, while their allocations fail if that is asked
 * for. "callers=SECONDS" and "faults=1" on the kernel's command line reach init's
 * environment.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/ib_user_verbs.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"
#include "uverbs.h"

#define DEBUGFS	"/sys/kernel/debug/"

#define WORKERS		8
#define MOST_PAUSE_US	20000
#define AREA		(512 * 1024)
#define KEPT		16
/* What all workers have seen, as a file that outlives exec. */
struct seen {
	unsigned int registered, refused, no_memory;
};

#define SEEN	"/dev/seen"

struct worker {
	int edu;
	struct uverbs uverbs;
	__u8 *area;
	size_t page;
	__u32 umem[KEPT];
	unsigned int umems;
	struct ib_uverbs_reg_mr_resp mr[KEPT];
	unsigned int mrs;
	struct seen *seen;
};

static void count(const struct worker *worker, int error)
{
	if (!error)
		worker->seen->registered++;
	else if (error == ENOMEM)
		worker->seen->no_memory++;
	else if (error == EOPNOTSUPP)
		worker->seen->refused++;
}

/* One to four pages anywhere in the area. */
static __u8 *some(const struct worker *worker, size_t *length)
{
	size_t pages = AREA / worker->page;

	*length = (1 + random() % 4) * worker->page;
	return worker->area + random() % (pages - 3) * worker->page;
}

static void register_umem(struct worker *worker, int on_demand)
{
	struct edu_umem umem = { .on_demand = on_demand };
	size_t length;

	if (worker->umems == KEPT)
		return;
	umem.addr = (uintptr_t)some(worker, &length);
	umem.length = length;
	if (ioctl(worker->edu, EDU_REG_UMEM, &umem)) {
		count(worker, errno);
		return;
	}
	count(worker, umem.error);
	if (umem.error)
		return;
	worker->umem[worker->umems++] = umem.id;
	if (on_demand)
		ioctl(worker->edu, EDU_UMEM_MAP, &umem);
}

static void deregister_umem(struct worker *worker)
{
	struct edu_umem umem = {};

	if (!worker->umems)
		return;
	umem.id = worker->umem[--worker->umems];
	ioctl(worker->edu, EDU_DEREG_UMEM, &umem);
}

static void register_mr(struct worker *worker)
{
	size_t length;
	__u8 *buf = some(worker, &length);

	if (worker->mrs == KEPT)
		return;
	errno = 0;
	if (!reg_mr(&worker->uverbs, buf, length, &worker->mr[worker->mrs]))
		worker->mrs++;
	count(worker, errno);
}

static void deregister_mr(struct worker *worker)
{
	if (worker->mrs)
		dereg_mr(&worker->uverbs, &worker->mr[--worker->mrs]);
}

static void fault_range(struct worker *worker)
{
	struct edu_svm svm = {};
	size_t length;

	svm.addr = (uintptr_t)some(worker, &length);
	ioctl(worker->edu, EDU_SVM_MAP, &svm);
	if (random() % 2)
		ioctl(worker->edu, EDU_SVM_REMOVE, &svm);
}

/* The memory goes away, or is that of two processes for a while. */
static void change_memory(struct worker *worker)
{
	size_t length;
	__u8 *buf = some(worker, &length);
	pid_t pid;

	switch (random() % 3) {
	case 0:
		madvise(buf, length, MADV_DONTNEED);
		break;
	case 1:
		mmap(buf, length, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	default:
		pid = fork();
		if (!pid) {
			memset(buf, 1, length);
			_exit(0);
		}
		memset(buf, 2, length);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/* Until somebody kills it; what fails here is what is meant to fail. */
int run_caller(void)
{
	char *const again[] = { "init", NULL };
	struct worker worker = { .page = sysconf(_SC_PAGESIZE) };
	int fd = open(SEEN, O_RDWR | O_CLOEXEC);
	struct timespec now;

	/* Another one after each exec. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	srandom(getpid() ^ now.tv_nsec);
	worker.seen = mmap(NULL, sizeof(*worker.seen), PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, 0);
	worker.area = map_pages(AREA);
	worker.edu = open("/dev/edu", O_RDWR | O_CLOEXEC);
	if (worker.seen == MAP_FAILED || !worker.area || worker.edu < 0 ||
	    open_uverbs(&worker.uverbs))
		return 1;

	for (;;) {
		switch (random() % 32) {
		case 0 ... 5:
			register_umem(&worker, 0);
			break;
		case 6 ... 9:
			register_umem(&worker, 1);
			break;
		case 10 ... 15:
			register_mr(&worker);
			break;
		case 16 ... 18:
			fault_range(&worker);
			break;
		case 19 ... 22:
			deregister_umem(&worker);
			break;
		case 23 ... 26:
			deregister_mr(&worker);
			break;
		case 27 ... 30:
			change_memory(&worker);
			break;
		default:
			execv("/init", again);
		}
	}
}

/* Where a function begins and the next one does. */
static int find_function(const char *name, unsigned long *start, unsigned long *end)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	unsigned long address;
	char line[256], symbol[128];
	int pass;

	if (!file)
		return -1;
	*start = 0;
	*end = ~0UL;
	for (pass = 0; pass < 2; pass++, rewind(file))
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "%lx %*s %127s", &address, symbol) != 2)
				continue;
			if (!pass && !strcmp(symbol, name))
				*start = address;
			if (pass && address > *start && address < *end)
				*end = address;
		}
	fclose(file);
	errno = ENOENT;
	return *start ? 0 : -1;
}

static int inject_faults(void)
{
	static const char *const folders[] = {
		DEBUGFS "failslab", DEBUGFS "fail_page_alloc",
	};
	static const struct {
		const char *file, *text;
	} settings[] = {
		{ "task-filter", "Y" },
		/* In percent, of every tenth. */
		{ "probability", "5" },
		{ "interval", "10" },
		{ "times", "-1" },
		{ "verbose", "0" },
		{ "ignore-gfp-wait", "N" },
		{ "stacktrace-depth", "32" },
	};
	unsigned long address, end_address;
	struct word start, end;
	char path[96];
	size_t i, j;

	/* What dma-debug cannot store makes it switch itself off, which it says. */
	if (find_function("add_dma_entry", &address, &end_address))
		return -1;
	snprintf(start.text, sizeof(start.text), "%lu", address);
	snprintf(end.text, sizeof(end.text), "%lu", end_address);
	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		for (j = 0; j < ARRAY_SIZE(settings); j++) {
			snprintf(path, sizeof(path), "%s/%s", folders[i],
				 settings[j].file);
			if (write_word(path, settings[j].text))
				return -1;
		}
		snprintf(path, sizeof(path), "%s/reject-start", folders[i]);
		if (write_word(path, start.text))
			return -1;
		snprintf(path, sizeof(path), "%s/reject-end", folders[i]);
		if (write_word(path, end.text))
			return -1;
	}
	return write_word(DEBUGFS "fail_page_alloc/min-order", "0");
}

static pid_t start_caller(int faults)
{
	pid_t pid = fork();

	if (!pid) {
		if (faults && write_word("/proc/self/make-it-fail", "1"))
			_exit(1);
		_exit(run_caller());
	}
	return pid;
}

/* 1, or 0 for one that had ended by itself or was never there. */
static unsigned int kill_caller(pid_t pid)
{
	int status;

	/* -1 would be everybody. */
	if (pid < 0)
		return 0;
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

static int read_pins(long *pins)
{
	long released;

	refresh_vmstat();
	if (read_value("/proc/vmstat", "nr_foll_pin_acquired", pins) ||
	    read_value("/proc/vmstat", "nr_foll_pin_released", &released))
		return -1;
	*pins -= released;
	return 0;
}

int probe_callers(void)
{
	const char *seconds = getenv("callers");
	int faults = getenv("faults") != NULL;
	struct seen *seen = MAP_FAILED;
	unsigned int killed = 0;
	pid_t worker[WORKERS];
	long before, after;
	time_t start;
	int i, fd;

	if (!seconds)
		return 0;
	fd = open(SEEN, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && !ftruncate(fd, sizeof(*seen)))
		seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);
	if (seen == MAP_FAILED || (faults && inject_faults()) ||
	    read_pins(&before))
		return -1;

	for (i = 0; i < WORKERS; i++)
		worker[i] = start_caller(faults);
	start = time(NULL);
	while (time(NULL) - start < atol(seconds)) {
		usleep(random() % MOST_PAUSE_US);
		i = random() % WORKERS;
		killed += kill_caller(worker[i]);
		worker[i] = start_caller(faults);
	}
	for (i = 0; i < WORKERS; i++)
		killed += kill_caller(worker[i]);
	/* What they had forked is init's now, and has their files open. */
	while (wait(NULL) > 0)
		;

	if (read_pins(&after))
		return -1;
	fact("callers.seconds", "%s", seconds);
	fact("callers.killed", "%u", killed);
	fact("callers.registered", "%s", seen->registered ? "yes" : "no");
	fact("callers.refused", "%s", seen->refused ? "yes" : "no");
	fact("callers.no_memory", "%s", seen->no_memory ? "yes" : "no");
	fact("callers.pinned", "%ld", after - before);
	munmap(seen, sizeof(*seen));
	close(fd);
	return 0;
}
