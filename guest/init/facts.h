/* SPDX-License-Identifier: GPL-2.0 */
/* What the probes read of the kernel, and how they print it. */
#ifndef FACTS_H
#define FACTS_H

#include <stddef.h>
#include <stdio.h>

#include <linux/types.h>

/* In the folder of the pool's counters, where init runs. */
#define SWIOTLB_USED	"io_tlb_used"
#define SWIOTLB_HIGHEST	"io_tlb_used_hiwater"

#define DMA_DEBUG	"/sys/kernel/debug/dma-api/"
#define DMA_DEBUG_FREE	DMA_DEBUG "num_free_entries"

/* Less may be pages that other parts of the kernel took or gave back. */
#define NOISE_KB	1024

/* What dev_notice_ratelimited() lets through, and for how many seconds. */
#define LINES_ALLOWED	10
#define LINES_INTERVAL	5

/* The kernel counts these in ticks, of which a busy host takes some from the guest. */
#define LINES_WAIT	(2 * LINES_INTERVAL)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct word {
	char text[64];
};

extern unsigned int facts;

/* Refusals and warnings in the kernel's log, as read_log() has counted them. */
extern unsigned int refused_lines;
extern unsigned int warn_lines;

/* A macro, so that the compiler checks the format. */
#define fact(name, format, ...)						\
	do {								\
		printf("FACT %s=" format "\n", name, ##__VA_ARGS__);	\
		facts++;						\
	} while (0)

/* A step of this program went wrong, errno says why. */
void failure(const char *step);

/* An errno that glibc has no name for, such as the kernel's 524, is a number. */
struct word errno_name(int error);

const char *yes_no(int value);

/* The first word of a file, "none" if there is no such thing. */
struct word read_word(const char *path);

int write_word(const char *path, const char *text);

/* The number behind @key in a file such as /proc/meminfo; 0, or -1 and errno. */
int read_value(const char *path, const char *key, long *value);

/* What single CPUs have counted is added up, for /proc/meminfo and /proc/vmstat. */
void refresh_vmstat(void);

int open_log(void);

/* Count what the kernel has logged since the last call. */
int read_log(void);

/* Whether the kernel has the function @name; -1 and errno if nobody knows. */
int has_function(const char *name);

/* By how much a counter fell (@sign 1) or rose (-1), "none" without it. */
void print_lost(const char *name, const char *path, struct word before,
		int sign);

/* The same for MemAvailable of /proc/meminfo in KiB, 0 for what is no leak; 0, or -1. */
int print_lost_memory(const char *name, long before);

int dma_debug_is_on(void);

/*
 * The attributes that dma-debug shows of one of the device's mappings, "none" if there
 * are none, "mixed" if it shows those of some mappings only.
 */
struct word read_dump(void);

__u8 *map_pages(size_t length);

#endif /* FACTS_H */
