// SPDX-License-Identifier: GPL-2.0
/*
 * A keyboard: its driver keeps buffers mapped in which the device puts an event
 * whenever one comes, many of them in one cacheline.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "facts.h"
#include "probes.h"

#define KEYBOARD	"/dev/input/event0"
#define TIMEOUT_MS	(20 * 1000)

/* The host presses A when it is asked to; other events may come with that. */
int probe_input(void)
{
	int fd = open(KEYBOARD, O_RDONLY | O_CLOEXEC);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	const char *key = NULL;
	struct input_event event;

	if (fd < 0 && errno == ENOENT) {
		fact("input.key", "none");
		return 0;
	}
	if (fd < 0)
		return -1;

	puts("KEY PLEASE");
	while (!key) {
		if (poll(&wait, 1, TIMEOUT_MS) != 1)
			key = "silent";
		else if (read(fd, &event, sizeof(event)) != sizeof(event))
			key = "unreadable";
		else if (event.type == EV_KEY && event.value == 1)
			key = event.code == KEY_A ? "A" : "another";
	}
	fact("input.key", "%s", key);
	close(fd);
	return 0;
}
