/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the probes in files of their own share with init.c.
 */
#ifndef INIT_H
#define INIT_H

void print_fact(const char *name, const char *value);

/* The number behind @key in a file such as /proc/meminfo; 0, or -1 and errno. */
int read_value(const char *path, const char *key, long *value);

int write_word(const char *path, const char *text);

/* Probes print facts and return 0, or -1 and errno. */
int probe_input(void);
int probe_checks(void);

#endif /* INIT_H */
