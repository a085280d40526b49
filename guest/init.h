/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of init share. */
#ifndef INIT_H
#define INIT_H

#include <stddef.h>
#include <stdio.h>

#include <linux/types.h>

/* In the folder of the pool's counters, where init runs. */
#define SWIOTLB_USED	"io_tlb_used"

#define DMA_DEBUG	"/sys/kernel/debug/dma-api/"
#define DMA_DEBUG_FREE	DMA_DEBUG "num_free_entries"

/* How often a probe asks for what is refused. */
#define REFUSALS	1000
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct word {
	char text[64];
};

extern int edu;
extern unsigned int facts;

/* Refusals in the kernel's log, as read_log() has counted them. */
extern unsigned int refused_lines;

/* A macro, so that the compiler checks the format. */
#define fact(name, format, ...)						\
	do {								\
		printf("FACT %s=" format "\n", name, ##__VA_ARGS__);	\
		facts++;						\
	} while (0)

/* An errno that glibc has no name for, such as the kernel's 524, is a number. */
struct word errno_name(int error);

/* The first word of a file, "none" if there is no such thing. */
struct word read_word(const char *path);

/* The number behind @key in a file such as /proc/meminfo; 0, or -1 and errno. */
int read_value(const char *path, const char *key, long *value);

/* What single CPUs have counted is added up, for /proc/meminfo and /proc/vmstat. */
void refresh_vmstat(void);

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

/*
 * Register a page that is mapped when the device wants it, have the device write there,
 * deregister it: facts @name.*. 0, or -1 and errno; what is refused is a fact.
 */
int use_odp(const char *name, __u8 *page);

struct edu_map;

/* Facts @name and @name_fresh of a mapping that the driver makes; 0, or -1 and errno. */
int use_map(const char *name, unsigned int cmd, struct edu_map *map);

int write_word(const char *path, const char *text);

/* Count what the kernel has logged since the last call. */
int read_log(void);

/* Whether the kernel has the function @name; -1 and errno if nobody knows. */
int has_function(const char *name);

/* What the processes of probe_callers() do. */
int run_caller(void);

/* Probes print facts and return 0, or -1 and errno. */
int probe_callers(void);
int probe_checks(void);
int probe_cost(void);
int probe_dump(void);
int probe_gpusvm(void);
int probe_input(void);
int probe_kunit(void);
int probe_p2p(void);
int probe_rxe(void);
int probe_stress(void);
int probe_uverbs(void);

#endif /* INIT_H */
