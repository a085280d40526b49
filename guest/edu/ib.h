/* SPDX-License-Identifier: GPL-2.0 */
/* The edu device as an RDMA device. */
#ifndef EDU_IB_H
#define EDU_IB_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <rdma/ib_umem.h>
#include <rdma/ib_verbs.h>

#ifdef DMA_ATTR_REQUIRE_COHERENT	/* as v7.3 calls it, and ... */
#define ib_umem_get	ib_umem_get_va
#endif

struct ib_device *edu_ib_register(struct device *dma_device);
/* Waits until nobody has the uverbs device open. */
void edu_ib_unregister(struct ib_device *ibdev);

/* Have the device write the pattern of @seed to the start of a memory region. */
int edu_ib_write(struct ib_device *ibdev, u32 rkey, u32 seed);

#endif /* EDU_IB_H */
