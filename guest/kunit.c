// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit suites run before init starts. They have to pass a second time, as
 * nothing of the first may be left behind.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init.h"

#define KUNIT	"/sys/kernel/debug/kunit/"

/* Run @suite; how many of its tests fail, or -1 and errno. */
static int run_suite(const char *suite)
{
	char path[512], line[512];
	int failed = 0;
	FILE *file;

	snprintf(path, sizeof(path), KUNIT "%s/run", suite);
	if (write_word(path, "1"))
		return -1;
	snprintf(path, sizeof(path), KUNIT "%s/results", suite);
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		failed += !strncmp(line + strspn(line, " "), "not ok ", 7);
	fclose(file);
	return failed;
}

int probe_kunit(void)
{
	unsigned int suites = 0, failed = 0;
	struct dirent *entry;
	DIR *folder;
	int ret = 0;

	folder = opendir(KUNIT);
	if (!folder)
		return errno == ENOENT ? 0 : -1;
	while (ret >= 0 && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		ret = run_suite(entry->d_name);
		suites++;
		failed += ret > 0 ? ret : 0;
	}
	closedir(folder);
	fact("kunit.again", "%u", suites);
	fact("kunit.again_failed", "%u", failed);
	return ret < 0 ? -1 : 0;
}
