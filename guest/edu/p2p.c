// SPDX-License-Identifier: GPL-2.0
/*
 * The video memory of QEMU's "bochs-display" as peer-to-peer memory: a process maps it
 * with p2pmem/allocate in sysfs, and the edu device writes to it.
 */

#include <linux/pci.h>
#include <linux/pci-p2pdma.h>

#include "p2p.h"

#define BOCHS_VENDOR_ID	0x1234
#define BOCHS_DEVICE_ID	0x1111

static int edu_p2p_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	return pci_p2pdma_add_resource(pdev, 0, 0, 0);
}

static const struct pci_device_id edu_p2p_ids[] = {
	{ PCI_DEVICE(BOCHS_VENDOR_ID, BOCHS_DEVICE_ID) },
	{ }
};

struct pci_driver edu_p2p_driver = {
	.name		= "edu_p2p",
	.id_table	= edu_p2p_ids,
	.probe		= edu_p2p_probe,
};
