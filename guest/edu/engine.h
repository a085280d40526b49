/* SPDX-License-Identifier: GPL-2.0 */
/* The DMA engine of the edu device. All may sleep, and want the driver's lock. */
#ifndef ENGINE_H
#define ENGINE_H

#include <linux/types.h>

struct ib_umem;
struct pci_dev;

/* What this takes is given back when @pdev has no driver any more; 0 or an errno. */
int edu_engine_start(struct pci_dev *pdev);

/* Have the device write the pattern of @seed to @dma; 0 or an errno. */
int edu_write_pattern(dma_addr_t dma, u32 seed);

/* The same to the start of @umem; -EINVAL if it has not EDU_SIZE bytes in a row there. */
int edu_write_umem(struct ib_umem *umem, u32 seed);

#endif /* ENGINE_H */
