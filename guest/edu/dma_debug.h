/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDU_DMA_DEBUG_H
#define EDU_DMA_DEBUG_H

#include <linux/dma-mapping.h>

#include "edu.h"

/*
 * 0 on a kernel that does not have the attribute. By the name that takes no
 * approval: this driver tests the attribute, and is no one to be approved.
 */
#if defined(__DMA_ATTR_REQUIRE_COHERENCE)
#define EDU_ATTR_COHERENT	__DMA_ATTR_REQUIRE_COHERENCE
#elif defined(__DMA_ATTR_REQUIRE_COHERENT)	/* as v7.3 calls it */
#define EDU_ATTR_COHERENT	__DMA_ATTR_REQUIRE_COHERENT
#elif defined(DMA_ATTR_REQUIRE_COHERENCE)	/* before there is an approval */
#define EDU_ATTR_COHERENT	DMA_ATTR_REQUIRE_COHERENCE
#elif defined(DMA_ATTR_REQUIRE_COHERENT)
#define EDU_ATTR_COHERENT	DMA_ATTR_REQUIRE_COHERENT
#else
#define EDU_ATTR_COHERENT	0
#endif

/* Its name is not the same on all kernels. */
#define EDU_ATTR_IGNORED	BIT(11)

/* All may sleep, and return 0 or a negative errno. */
int edu_map_lines(struct device *dev, const struct edu_lines *wanted);
int edu_stress(struct device *dev, struct edu_stress *result);

#endif /* EDU_DMA_DEBUG_H */
