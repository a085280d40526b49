// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of a machine that only loads modules: each .ko of the root folder, with
 * one fact for each, and powers off. The lines are those of guest/init/.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = syscall(SYS_finit_module, fd, "", 0);

	close(fd);
	return ret ? strerrorname_np(errno) : "ok";
}

int main(void)
{
	glob_t modules;
	size_t i;

	/* A line written to kmsg is a message of its own, which no other splits. */
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) ||
	    !freopen("/dev/kmsg", "w", stdout) ||
	    glob("/*.ko", 0, NULL, &modules))
		return 1;
	setlinebuf(stdout);

	for (i = 0; i < modules.gl_pathc; i++) {
		const char *path = modules.gl_pathv[i];

		printf("FACT load%s=%s\n", path, load(path));
	}
	printf("FACTS END count=%zu\n", modules.gl_pathc);
	reboot(RB_POWER_OFF);
	return 1;
}
