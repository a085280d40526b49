// SPDX-License-Identifier: GPL-2.0
/*
 * The edu device as an RDMA device: just enough verbs for a process to register
 * memory through /dev/infiniband/uverbs0. There are no queues; what a remote peer
 * would write with the memory region's key, the device writes when /dev/edu is told.
 */

#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "engine.h"
#include "ib.h"

struct edu_ib {
	struct ib_device dev;
	struct mutex lock;	/* memory that the device writes to stays registered */
	struct xarray mrs;	/* by key */
};

struct edu_mr {
	struct ib_mr mr;
	struct ib_umem *umem;
};

/* The core allocates these two; there is nothing to add. */
struct edu_ucontext {
	struct ib_ucontext ucontext;
};

struct edu_pd {
	struct ib_pd pd;
};

static int edu_query_device(struct ib_device *ibdev,
			    struct ib_device_attr *attr, struct ib_udata *udata)
{
	return 0;
}

static int edu_query_port(struct ib_device *ibdev, u32 port,
			  struct ib_port_attr *attr)
{
	attr->state = IB_PORT_DOWN;
	return 0;
}

static int edu_get_port_immutable(struct ib_device *ibdev, u32 port,
				  struct ib_port_immutable *immutable)
{
	return 0;
}

static int edu_alloc_ucontext(struct ib_ucontext *ucontext,
			      struct ib_udata *udata)
{
	return 0;
}

static void edu_dealloc_ucontext(struct ib_ucontext *ucontext)
{
}

static int edu_alloc_pd(struct ib_pd *pd, struct ib_udata *udata)
{
	return 0;
}

static int edu_dealloc_pd(struct ib_pd *pd, struct ib_udata *udata)
{
	return 0;
}

/* Takes the umem, also if it fails. */
static struct ib_mr *edu_create_mr(struct ib_pd *pd, struct ib_umem *umem)
{
	struct edu_ib *ib = container_of(pd->device, struct edu_ib, dev);
	struct edu_mr *mr;
	int err = -ENOMEM;

	if (IS_ERR(umem))
		return ERR_CAST(umem);

	mr = kzalloc_obj(*mr);
	if (!mr)
		goto release;

	mr->umem = umem;
	err = xa_alloc(&ib->mrs, &mr->mr.rkey, mr, xa_limit_31b, GFP_KERNEL);
	if (err)
		goto release;
	mr->mr.lkey = mr->mr.rkey;
	return &mr->mr;

release:
	ib_umem_release(umem);
	kfree(mr);
	return ERR_PTR(err);
}

static struct ib_mr *edu_reg_user_mr(struct ib_pd *pd, u64 start, u64 length,
				     u64 virt_addr, int access,
				     struct ib_dmah *dmah,
				     struct ib_udata *udata)
{
	if (dmah)
		return ERR_PTR(-EINVAL);
	return edu_create_mr(pd, ib_umem_get(pd->device, start, length, access));
}

static struct ib_mr *edu_reg_user_mr_dmabuf(struct ib_pd *pd, u64 offset,
					    u64 length, u64 virt_addr, int fd,
					    int access, struct ib_dmah *dmah,
					    struct uverbs_attr_bundle *attrs)
{
	struct ib_umem_dmabuf *umem;

	if (dmah)
		return ERR_PTR(-EINVAL);
	umem = ib_umem_dmabuf_get_pinned(pd->device, offset, length, fd, access);
	return edu_create_mr(pd, IS_ERR(umem) ? ERR_CAST(umem) : &umem->umem);
}

static int edu_dereg_mr(struct ib_mr *ibmr, struct ib_udata *udata)
{
	struct edu_ib *ib = container_of(ibmr->device, struct edu_ib, dev);
	struct edu_mr *mr = container_of(ibmr, struct edu_mr, mr);

	scoped_guard(mutex, &ib->lock)
		xa_erase(&ib->mrs, ibmr->rkey);

	ib_umem_release(mr->umem);
	kfree(mr);
	return 0;
}

int edu_ib_write(struct ib_device *ibdev, u32 rkey, u32 seed)
{
	struct edu_ib *ib = container_of(ibdev, struct edu_ib, dev);
	struct edu_mr *mr;

	guard(mutex)(&ib->lock);
	mr = xa_load(&ib->mrs, rkey);
	return mr ? edu_write_umem(mr->umem, seed) : -ENOENT;
}

static const struct ib_device_ops edu_ib_ops = {
	.owner			= THIS_MODULE,
	.driver_id		= RDMA_DRIVER_UNKNOWN,
	.query_device		= edu_query_device,
	.query_port		= edu_query_port,
	.get_port_immutable	= edu_get_port_immutable,
	.alloc_ucontext		= edu_alloc_ucontext,
	.dealloc_ucontext	= edu_dealloc_ucontext,
	.alloc_pd		= edu_alloc_pd,
	.dealloc_pd		= edu_dealloc_pd,
	.reg_user_mr		= edu_reg_user_mr,
	.reg_user_mr_dmabuf	= edu_reg_user_mr_dmabuf,
	.dereg_mr		= edu_dereg_mr,
	INIT_RDMA_OBJ_SIZE(ib_ucontext, edu_ucontext, ucontext),
	INIT_RDMA_OBJ_SIZE(ib_pd, edu_pd, pd),
};

struct ib_device *edu_ib_register(struct device *dma_device)
{
	struct edu_ib *ib;
	int err;

	ib = ib_alloc_device(edu_ib, dev);
	if (!ib)
		return ERR_PTR(-ENOMEM);

	mutex_init(&ib->lock);
	xa_init_flags(&ib->mrs, XA_FLAGS_ALLOC1);
	ib->dev.phys_port_cnt = 1;
	ib->dev.node_type = RDMA_NODE_UNSPECIFIED;
	ib->dev.dev.parent = dma_device;
	ib_set_device_ops(&ib->dev, &edu_ib_ops);

	err = ib_register_device(&ib->dev, "edu", dma_device);
	if (err) {
		ib_dealloc_device(&ib->dev);
		return ERR_PTR(err);
	}
	return &ib->dev;
}

void edu_ib_unregister(struct ib_device *ibdev)
{
	ib_unregister_device(ibdev);
	ib_dealloc_device(ibdev);
}
