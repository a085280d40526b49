/* SPDX-License-Identifier: GPL-2.0 */
/* The edu device as a GPU that shares the address space of a process. */
#ifndef EDU_GPUSVM_H
#define EDU_GPUSVM_H

#include <linux/device.h>
#include <linux/types.h>

#include "edu.h"

struct edu_gpusvm;
struct drm_device;

/* Lives as long as @dma_device has its driver; user space does not see it. */
struct drm_device *edu_gpusvm_device(struct device *dma_device);

/* For the calling process. */
struct edu_gpusvm *edu_gpusvm_create(struct drm_device *drm);
void edu_gpusvm_destroy(struct edu_gpusvm *svm);

/*
 * What a driver does in a page fault of the device. On success the EDU_SIZE bytes at @addr
 * are the device's, at *@dma, until edu_gpusvm_unlock(). What gpusvm answered is in *@error,
 * as a positive errno; then nothing is locked.
 */
int edu_gpusvm_map_and_lock(struct edu_gpusvm *svm, u64 addr, dma_addr_t *dma,
			    s32 *error);
void edu_gpusvm_unlock(struct edu_gpusvm *svm);

/* The driver forgets the range around arg->addr. */
int edu_gpusvm_remove(struct edu_gpusvm *svm, struct edu_svm *arg);

#endif /* EDU_GPUSVM_H */
