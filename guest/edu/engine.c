// SPDX-License-Identifier: GPL-2.0
/*
 * The DMA engine of the edu device.
 *
 * The registers are described in docs/specs/edu.txt of QEMU.
 */

#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <rdma/ib_umem.h>

#include "edu.h"
#include "engine.h"

#define EDU_DMA_SRC		0x80
#define EDU_DMA_DST		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_CMD		0x98
#define EDU_DMA_CMD_START	BIT(0)
#define EDU_DMA_CMD_TO_RAM	BIT(1)

/* The device's own 4 KiB, in the address space of its DMA engine. */
#define EDU_BUFFER		0x40000

/* A transfer takes 100 ms, and longer on a busy host. */
#define EDU_POLL_US		2000
#define EDU_TIMEOUT_US		(10 * USEC_PER_SEC)

/* There is one device. Its driver's lock protects this. */
static struct {
	struct pci_dev *pdev;
	void __iomem *regs;
	u8 *pattern;			/* coherent, EDU_SIZE bytes */
	dma_addr_t pattern_dma;
} engine;

int edu_engine_start(struct pci_dev *pdev)
{
	engine.pdev = pdev;
	engine.regs = pcim_iomap_region(pdev, 0, "edu");
	if (IS_ERR(engine.regs))
		return PTR_ERR(engine.regs);
	engine.pattern = dmam_alloc_coherent(&pdev->dev, EDU_SIZE,
					     &engine.pattern_dma, GFP_KERNEL);
	return engine.pattern ? 0 : -ENOMEM;
}

static int edu_transfer(u64 src, u64 dst, u64 cmd)
{
	int err;

	writeq(src, engine.regs + EDU_DMA_SRC);
	writeq(dst, engine.regs + EDU_DMA_DST);
	writeq(EDU_SIZE, engine.regs + EDU_DMA_COUNT);
	writeq(cmd | EDU_DMA_CMD_START, engine.regs + EDU_DMA_CMD);

	err = readq_poll_timeout(engine.regs + EDU_DMA_CMD, cmd,
				 !(cmd & EDU_DMA_CMD_START), EDU_POLL_US,
				 EDU_TIMEOUT_US);
	/* The caller frees the memory: a late write must not reach it. */
	if (err)
		pci_clear_master(engine.pdev);
	return err;
}

int edu_write_pattern(dma_addr_t dma, u32 seed)
{
	u32 i;
	int err;

	for (i = 0; i < EDU_SIZE; i++)
		engine.pattern[i] = edu_pattern(seed, i);

	err = edu_transfer(engine.pattern_dma, EDU_BUFFER, 0);
	if (err)
		return err;
	return edu_transfer(EDU_BUFFER, dma, EDU_DMA_CMD_TO_RAM);
}

int edu_write_umem(struct ib_umem *umem, u32 seed)
{
	/* The engine wants one piece of bus address space. */
	if (umem->length < EDU_SIZE ||
	    sg_dma_len(umem->sgt_append.sgt.sgl) - ib_umem_offset(umem) < EDU_SIZE)
		return -EINVAL;
	return edu_write_pattern(ib_umem_start_dma_addr(umem), seed);
}
