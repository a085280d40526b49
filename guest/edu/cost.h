/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDU_COST_H
#define EDU_COST_H

#include "edu.h"

struct device;

/* May sleep, and returns 0 or a negative errno. */
int edu_cost(struct device *dev, struct edu_cost *cost);

#endif /* EDU_COST_H */
