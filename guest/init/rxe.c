// SPDX-License-Identifier: GPL-2.0
/*
 * Debian's RDMA tools on rdma_rxe, which does no DMA: its packets are copied by the
 * CPU, and go no further than the loopback device.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "facts.h"
#include "probes.h"

#define BIN		"/usr/bin/"
#define DEVICE		"rxe0"
#define GID		"1"	/* that of 127.0.0.1; 0 is made of the hardware's address */
#define ADDRESS		"127.0.0.1"
#define PORT		18515	/* where the tools listen */
#define COUNT		"100"	/* of the 1,000 exchanges that would be usual */
#define TIMEOUT_S	60

#define MAX_ARGS	12

/* What is run, in this order, and whether it is a server that has a client. */
static const struct program {
	const char *fact;
	int has_client;
	char *argv[MAX_ARGS];
} programs[] = {
	{ "rxe.link", 0,
	  { BIN "rdma", "link", "add", DEVICE, "type", "rxe", "netdev", "lo" } },
	{ "rxe.devinfo", 0,
	  { BIN "ibv_devinfo", "-v", "-d", DEVICE } },
	{ "rxe.rc_pingpong", 1,
	  { BIN "ibv_rc_pingpong", "-c", "-n", COUNT, "-d", DEVICE, "-g", GID } },
	{ "rxe.ud_pingpong", 1,
	  { BIN "ibv_ud_pingpong", "-c", "-n", COUNT, "-d", DEVICE, "-g", GID } },
	/* With on-demand paging. */
	{ "rxe.odp_pingpong", 1,
	  { BIN "ibv_rc_pingpong", "-o", "-c", "-n", COUNT, "-d", DEVICE,
	    "-g", GID } },
};

/* The address of a device that loops back comes with it. */
static int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return ret;
}

/* Start a program that says to @output what it says to anybody. */
static pid_t start(char *const argv[], int output)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* It outlives execv(), and ends a program that hangs. */
	alarm(TIMEOUT_S);
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		_exit(127);
	execv(argv[0], argv);
	dprintf(output, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* "ok", or how the program ended. */
static struct word end(pid_t pid)
{
	struct word word = { "ok" };
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		word = (struct word){ "not_started" };
	else if (WIFSIGNALED(status))
		snprintf(word.text, sizeof(word.text), "signal_%d",
			 WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(word.text, sizeof(word.text), "exit_%d",
			 WEXITSTATUS(status));
	return word;
}

static int has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	       info.si_pid;
}

static int has_listener(void)
{
	FILE *file = fopen("/proc/net/tcp", "r");
	char listener[32], line[256];
	int found = 0;

	if (!file)
		return 0;
	/* Its port, nobody's address and the state TCP_LISTEN. */
	snprintf(listener, sizeof(listener), ":%04X 00000000:0000 0A ", PORT);
	while (!found && fgets(line, sizeof(line), file))
		found = !!strstr(line, listener);
	fclose(file);
	return found;
}

/* The client is the same program with the address to connect to. */
static pid_t start_client(const struct program *program, int output)
{
	char *argv[MAX_ARGS];
	size_t i = 0;

	memcpy(argv, program->argv, sizeof(argv));
	while (argv[i])
		i++;
	argv[i] = ADDRESS;
	return start(argv, output);
}

/* What the program and its client say goes to the log, line by line. */
static int run(const struct program *program)
{
	struct word ended, client_ended;
	pid_t pid, client = -1;
	char line[256];
	int ends[2];
	FILE *file;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	file = fdopen(ends[0], "r");
	if (!file)
		return -1;
	pid = start(program->argv, ends[1]);
	if (program->has_client) {
		/* Or else the client is turned away. */
		while (!has_listener() && !has_ended(pid))
			usleep(20 * 1000);
		client = start_client(program, ends[1]);
	}
	close(ends[1]);
	while (fgets(line, sizeof(line), file))
		printf("%s: %.*s\n", program->fact, (int)strcspn(line, "\n"),
		       line);
	fclose(file);

	ended = end(pid);
	if (program->has_client) {
		client_ended = end(client);
		if (strcmp(client_ended.text, "ok"))
			ended = client_ended;
	}
	fact(program->fact, "%s", ended.text);
	return 0;
}

int probe_rxe(void)
{
	unsigned int before = refused_lines;
	size_t i;

	if (access(programs[0].argv[0], X_OK))
		return errno == ENOENT ? 0 : -1;
	if (loopback_up())
		return -1;
	for (i = 0; i < ARRAY_SIZE(programs); i++)
		if (run(&programs[i]))
			return -1;
	if (read_log())
		return -1;
	fact("rxe.refusals", "%u", refused_lines - before);
	return 0;
}
