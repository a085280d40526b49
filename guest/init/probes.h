/* SPDX-License-Identifier: GPL-2.0 */
/* Probes print facts and return 0, or -1 and errno. */
#ifndef PROBES_H
#define PROBES_H

int probe_blk(void);
int probe_callers(void);
int probe_checks(void);
int probe_coherent(void);
int probe_cost(void);
int probe_device(void);
int probe_dmabuf(void);
int probe_dump(void);
int probe_gpusvm(void);
int probe_input(void);
int probe_kunit(void);
int probe_large(void);
int probe_odp(void);
int probe_p2p(void);
int probe_plain(void);
int probe_refusals(void);
int probe_rxe(void);
int probe_scsi(void);
int probe_stress(void);
int probe_umem(void);
int probe_unaligned(void);
int probe_uverbs(void);

/* What the processes of probe_callers() do. */
int run_caller(void);

#endif /* PROBES_H */
