// SPDX-License-Identifier: GPL-2.0
/*
 * An ordinary user's process that registers memory through /dev/infiniband/uverbs0,
 * as libibverbs does for it, and reads what the device writes there.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rdma/ib_user_ioctl_cmds.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/ib_user_verbs.h>
#include <rdma/rdma_user_ioctl_cmds.h>

#include "device.h"
#include "edu.h"
#include "facts.h"
#include "probes.h"
#include "uverbs.h"

#define UVERBS	"/dev/infiniband/uverbs0"
#define USER	1000
#define SEED	11

/* What the process tells init; "pinned" is what the kernel counts, in KiB. */
struct result {
	int failed;		/* errno of a step that has to work */
	uid_t user;
	int error;		/* errno of the registration */
	__u32 fresh;
	long pinned;		/* while the memory is registered */
	long deregistered;	/* after that */
	long closed;		/* after the file was closed instead */
};

/* The request starts with the address of the answer, if there is one. */
static int command(int fd, __u32 number, const void *request, size_t size,
		   size_t answer_size)
{
	struct ib_uverbs_cmd_hdr header = {
		.command	= number,
		.in_words	= (sizeof(header) + size) / sizeof(__u32),
		.out_words	= answer_size / sizeof(__u32),
	};
	__u8 message[sizeof(header) + size];

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), request, size);
	return write(fd, message, sizeof(message)) < 0 ? -1 : 0;
}

void close_uverbs(const struct uverbs *uverbs)
{
	close(uverbs->events);
	close(uverbs->fd);
}

int open_uverbs(struct uverbs *uverbs)
{
	struct ib_uverbs_get_context_resp context = {};
	struct ib_uverbs_get_context get = {
		.response = (uintptr_t)&context,
	};
	struct ib_uverbs_alloc_pd_resp pd = {};
	struct ib_uverbs_alloc_pd alloc = {
		.response = (uintptr_t)&pd,
	};

	uverbs->fd = open(UVERBS, O_RDWR | O_CLOEXEC);
	if (uverbs->fd < 0)
		return -1;
	if (command(uverbs->fd, IB_USER_VERBS_CMD_GET_CONTEXT, &get,
		    sizeof(get), sizeof(context)))
		return -1;
	uverbs->events = context.async_fd;
	if (command(uverbs->fd, IB_USER_VERBS_CMD_ALLOC_PD, &alloc,
		    sizeof(alloc), sizeof(pd)))
		return -1;
	uverbs->pd = pd.pd_handle;
	return 0;
}

int reg_mr(const struct uverbs *uverbs, void *buf, size_t length,
	   struct ib_uverbs_reg_mr_resp *mr)
{
	struct ib_uverbs_reg_mr reg = {
		.response	= (uintptr_t)mr,
		.start		= (uintptr_t)buf,
		.length		= length,
		.hca_va		= (uintptr_t)buf,
		.pd_handle	= uverbs->pd,
		.access_flags	= IB_UVERBS_ACCESS_LOCAL_WRITE |
				  IB_UVERBS_ACCESS_REMOTE_WRITE,
	};

	return command(uverbs->fd, IB_USER_VERBS_CMD_REG_MR, &reg, sizeof(reg),
		       sizeof(*mr));
}

int reg_dmabuf_mr(const struct uverbs *uverbs, int dmabuf, size_t length,
		  struct ib_uverbs_reg_mr_resp *mr)
{
	enum { HANDLE, ATTRS = 9 };
	struct {
		struct ib_uverbs_ioctl_hdr header;
		struct ib_uverbs_attr attrs[ATTRS];
	} reg = {
		.header = {
			.length		= sizeof(reg),
			.object_id	= UVERBS_OBJECT_MR,
			.method_id	= UVERBS_METHOD_REG_DMABUF_MR,
			.num_attrs	= ATTRS,
		},
		.attrs = {
			[HANDLE] = {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_HANDLE,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_PD_HANDLE,
				.data		= uverbs->pd,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_OFFSET,
				.len		= sizeof(__u64),
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_LENGTH,
				.len		= sizeof(__u64),
				.data		= length,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_IOVA,
				.len		= sizeof(__u64),
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_FD,
				.len		= sizeof(__u32),
				.data		= dmabuf,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_ACCESS_FLAGS,
				.len		= sizeof(__u32),
				.data		= IB_UVERBS_ACCESS_LOCAL_WRITE |
						  IB_UVERBS_ACCESS_REMOTE_WRITE,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_RESP_LKEY,
				.len		= sizeof(mr->lkey),
				.data		= (uintptr_t)&mr->lkey,
			}, {
				.attr_id	= UVERBS_ATTR_REG_DMABUF_MR_RESP_RKEY,
				.len		= sizeof(mr->rkey),
				.data		= (uintptr_t)&mr->rkey,
			},
		},
	};
	int i;

	for (i = 0; i < ATTRS; i++)
		reg.attrs[i].flags = UVERBS_ATTR_F_MANDATORY;
	if (ioctl(uverbs->fd, RDMA_VERBS_IOCTL, &reg))
		return -1;
	mr->mr_handle = reg.attrs[HANDLE].data;
	return 0;
}

int dereg_mr(const struct uverbs *uverbs,
	     const struct ib_uverbs_reg_mr_resp *mr)
{
	struct ib_uverbs_dereg_mr dereg = { .mr_handle = mr->mr_handle };

	return command(uverbs->fd, IB_USER_VERBS_CMD_DEREG_MR, &dereg,
		       sizeof(dereg), 0);
}

static int read_pinned(long *kb)
{
	return read_value("/proc/self/status", "VmPin:", kb);
}

/* Register, let the device write, and look: nothing here could sync anything. */
static int use_mr(const struct uverbs *uverbs, __u8 *buf, size_t length,
		  struct result *result)
{
	struct edu_mr_write order = { .seed = SEED };
	struct ib_uverbs_reg_mr_resp mr = {};

	edu_fill_background(buf, SEED);
	if (reg_mr(uverbs, buf, length, &mr)) {
		result->error = errno;
		return read_pinned(&result->deregistered);
	}
	if (read_pinned(&result->pinned))
		return -1;

	/* A remote peer would send this; here it is init's open file that allows it. */
	order.rkey = mr.rkey;
	if (ioctl(edu, EDU_MR_WRITE, &order))
		return -1;
	result->fresh = edu_count_fresh(buf, SEED);

	if (dereg_mr(uverbs, &mr))
		return -1;
	return read_pinned(&result->deregistered);
}

static int become_user(struct result *result)
{
	if (setgroups(0, NULL) || setresgid(USER, USER, USER) ||
	    setresuid(USER, USER, USER))
		return -1;
	result->user = geteuid();
	return 0;
}

static int run_process(struct result *result)
{
	size_t length = sysconf(_SC_PAGESIZE);
	struct ib_uverbs_reg_mr_resp mr;
	__u8 *page = map_pages(length);
	struct uverbs uverbs;

	if (!page || become_user(result) || open_uverbs(&uverbs) ||
	    use_mr(&uverbs, page, length, result))
		return -1;
	if (result->error)
		return 0;

	/* A process that forgets to deregister ... */
	if (reg_mr(&uverbs, page, length, &mr))
		return -1;
	close_uverbs(&uverbs);
	if (read_pinned(&result->closed))
		return -1;

	/* ... and one that dies. */
	return open_uverbs(&uverbs) || reg_mr(&uverbs, page, length, &mr);
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	errno = ECHILD;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

int probe_uverbs(void)
{
	struct word mappings = read_word(DMA_DEBUG_FREE);
	struct word slots = read_word(SWIOTLB_USED);
	struct result *result;
	int ret = -1;
	pid_t pid;

	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		return -1;

	pid = fork();
	if (!pid) {
		if (run_process(result))
			result->failed = errno;
		_exit(0);
	}
	if (pid < 0 || wait_for(pid))
		goto unmap;
	errno = result->failed;
	if (errno)
		goto unmap;

	fact("uverbs.uid", "%u", result->user);
	fact("uverbs.register", "%s", errno_name(result->error).text);
	fact("uverbs.fresh", "%u", result->fresh);
	fact("uverbs.pinned", "%ld", result->pinned);
	fact("uverbs.pinned_deregistered", "%ld", result->deregistered);
	fact("uverbs.pinned_closed", "%ld", result->closed);
	print_lost("uverbs.leaked_mappings", DMA_DEBUG_FREE, mappings, 1);
	print_lost("uverbs.leaked_slots", SWIOTLB_USED, slots, -1);
	ret = 0;
unmap:
	munmap(result, sizeof(*result));
	return ret;
}
