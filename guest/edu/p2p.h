/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDU_P2P_H
#define EDU_P2P_H

struct pci_driver;

/* Of the device whose memory the others reach without going through RAM. */
extern struct pci_driver edu_p2p_driver;

#endif /* EDU_P2P_H */
