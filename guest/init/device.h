/* SPDX-License-Identifier: GPL-2.0 */
/* The edu device, as its driver shows it. */
#ifndef DEVICE_H
#define DEVICE_H

#include <linux/types.h>

/* How often a probe asks for what is refused. */
#define REFUSALS	1000

struct edu_map;

/* /dev/edu, or -1. */
extern int edu;

/* Facts @name and @name_fresh of a mapping that the driver makes; 0, or -1 and errno. */
int use_map(const char *name, unsigned int cmd, struct edu_map *map);

/*
 * Register a page that is mapped when the device wants it, have the device write there,
 * deregister it: facts @name.*. 0, or -1 and errno; what is refused is a fact.
 */
int use_odp(const char *name, __u8 *page);

#endif /* DEVICE_H */
