// SPDX-License-Identifier: GPL-2.0
/* What the probes read of the kernel, and how they print it. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "facts.h"

unsigned int facts;
unsigned int refused_lines;
unsigned int warn_lines;

static int kmsg = -1;

int open_log(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return kmsg < 0 ? -1 : 0;
}

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

void failure(const char *step)
{
	fact("init.failed", "%s:%s", step, errno_name(errno).text);
}

const char *yes_no(int value)
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

__u8 *map_pages(size_t length)
{
	__u8 *pages = mmap(NULL, length, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

int has_function(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[256], symbol[128];
	int found = 0;

	if (!file)
		return -1;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*s %127s", symbol) == 1 &&
			!strcmp(symbol, name);
	fclose(file);
	return found;
}

int dma_debug_is_on(void)
{
	return !strcmp(read_word(DMA_DEBUG "disabled").text, "N");
}

struct word read_dump(void)
{
	unsigned int with = 0, without = 0;
	struct word word = { "none" }, shown;
	char line[512], *attrs;
	FILE *file;

	if (!dma_debug_is_on())
		return word;
	file = fopen(DMA_DEBUG "dump", "r");
	if (!file)
		return word;
	while (fgets(line, sizeof(line), file)) {
		attrs = strstr(line, " attrs=");
		if (!attrs || sscanf(attrs, " attrs=%63s", shown.text) != 1) {
			without++;
			continue;
		}
		with++;
		if (!strncmp(line, "edu ", 4) && strcmp(shown.text, "none"))
			word = shown;
	}
	fclose(file);
	if (with && without)
		strcpy(word.text, "mixed");
	return word;
}
