/* SPDX-License-Identifier: GPL-2.0 */
/* Memory regions of uverbs, without libibverbs; what returns an int returns 0, or -1 and errno. */
#ifndef UVERBS_H
#define UVERBS_H

#include <stddef.h>

#include <rdma/ib_user_verbs.h>

struct uverbs {
	int fd;
	int events;
	__u32 pd;
};

/* With a context and a protection domain. */
int open_uverbs(struct uverbs *uverbs);

void close_uverbs(const struct uverbs *uverbs);

int reg_mr(const struct uverbs *uverbs, void *buf, size_t length,
	   struct ib_uverbs_reg_mr_resp *mr);

/* The same of a dma-buf, which starts at the address 0 of the region. */
int reg_dmabuf_mr(const struct uverbs *uverbs, int dmabuf, size_t length,
		  struct ib_uverbs_reg_mr_resp *mr);

int dereg_mr(const struct uverbs *uverbs,
	     const struct ib_uverbs_reg_mr_resp *mr);

#endif /* UVERBS_H */
