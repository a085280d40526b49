// SPDX-License-Identifier: GPL-2.0
/*
 * Which of its own faults the kernel looks for, and what it says only if asked.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "probes.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

/* What is younger than five seconds is no leak to kmemleak. */
#define KMEMLEAK_AGE_S	6

static int print_function(const char *title, const char *name)
{
	int found = has_function(name);

	if (found < 0)
		return -1;
	fact(title, "%s", found ? "on" : "none");
	return 0;
}

/* One that has reported something is off from then on. */
static int print_lockdep(void)
{
	long on;

	if (!read_value("/proc/lockdep_stats", " debug_locks:", &on))
		fact("checks.lockdep", "%s", on ? "on" : "off");
	else if (errno == ENOENT)
		fact("checks.lockdep", "none");
	else
		return -1;
	return 0;
}

/* Memory that nobody refers to, in two scans that agree. */
static int print_kmemleak(void)
{
	char line[256], found[16];
	unsigned int leaks = 0;
	FILE *file;

	if (access(KMEMLEAK, W_OK)) {
		fact("checks.leaks", "none");
		return errno == ENOENT ? 0 : -1;
	}
	sleep(KMEMLEAK_AGE_S);
	if (write_word(KMEMLEAK, "scan") || write_word(KMEMLEAK, "scan"))
		return -1;
	file = fopen(KMEMLEAK, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		fputs(line, stderr);
		leaks += !strncmp(line, "unreferenced object", 19);
	}
	fclose(file);
	snprintf(found, sizeof(found), "%u", leaks);
	fact("checks.leaks", "%s", found);
	return 0;
}

int probe_checks(void)
{
	return print_function("checks.kasan", "kasan_report") ||
	       print_function("checks.ubsan", "__ubsan_handle_out_of_bounds") ||
	       print_kmemleak() || print_lockdep() ? -1 : 0;
}
