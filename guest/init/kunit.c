// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit suites run before init starts. They have to pass a second time, as
 * nothing of the first may be left behind.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "probes.h"

#define KUNIT	"/sys/kernel/debug/kunit/"

/* Run @suite, and add its tests up; 0, or -1 and errno. */
static int run_suite(const char *suite, unsigned int *passed,
		     unsigned int *failed)
{
	char path[512], line[512], *totals;
	unsigned int pass, fail;
	FILE *file;

	snprintf(path, sizeof(path), KUNIT "%s/run", suite);
	if (write_word(path, "1"))
		return -1;
	snprintf(path, sizeof(path), KUNIT "%s/results", suite);
	file = fopen(path, "r");
	if (!file)
		return -1;
	errno = ENODATA;
	totals = NULL;
	while (!totals && fgets(line, sizeof(line), file)) {
		totals = strstr(line, "# Totals: pass:");
		if (totals && sscanf(totals, "# Totals: pass:%u fail:%u",
				     &pass, &fail) != 2)
			totals = NULL;
	}
	fclose(file);
	if (!totals)
		return -1;
	*passed += pass;
	*failed += fail;
	return 0;
}

int probe_kunit(void)
{
	unsigned int suites = 0, passed = 0, failed = 0;
	struct dirent *entry;
	DIR *folder;
	int ret = 0;

	folder = opendir(KUNIT);
	if (!folder)
		return errno == ENOENT ? 0 : -1;
	while (!ret && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		ret = run_suite(entry->d_name, &passed, &failed);
		suites++;
	}
	closedir(folder);
	fact("kunit.again", "%u", suites);
	fact("kunit.again_passed", "%u", passed);
	fact("kunit.again_failed", "%u", failed);
	return ret;
}
