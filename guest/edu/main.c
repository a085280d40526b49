// SPDX-License-Identifier: GPL-2.0
/*
 * Driver for QEMU's "edu" PCI device, which has a real DMA engine: measures
 * whether the CPU sees what a device writes while the memory stays mapped.
 */

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/hmm.h>
#include <linux/hmm-dma.h>
#include <linux/iommu-dma.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <rdma/ib_umem.h>
#include <rdma/ib_umem_odp.h>
#include <rdma/ib_verbs.h>

#include "cost.h"
#include "dma_debug.h"
#include "edu.h"
#include "engine.h"
#include "gpusvm.h"
#include "ib.h"
#include "p2p.h"

#define EDU_VENDOR_ID		0x1234
#define EDU_DEVICE_ID		0x11e8

static unsigned int dma_bits = 64;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "Width of the addresses that the device can use");

static bool mismatch;
module_param(mismatch, bool, 0444);
MODULE_PARM_DESC(mismatch, "Map twice, do not sync, and unmap with the wrong attributes");

struct edu_file {
	struct list_head list;
	struct xarray umems;
	struct edu_gpusvm *svm;		/* NULL until it is needed */
};

/* There is one /dev/edu, so there is one device; it outlives every open file. */
static struct {
	struct mutex lock;		/* protects all of this, and the engine */
	struct pci_dev *pdev;		/* NULL while no device is bound */
	struct ib_device *ib;
	struct drm_device *drm;
	struct list_head files;
} edu = {
	.lock	= __MUTEX_INITIALIZER(edu.lock),
	.files	= LIST_HEAD_INIT(edu.files),
};

static bool edu_beyond_mask(phys_addr_t phys)
{
	return phys + EDU_SIZE - 1 > dma_get_mask(&edu.pdev->dev);
}

/* What the CPU sees in @buf, mapped at @dma, before anybody syncs it. */
static int edu_measure(struct edu_map *map, void *buf, dma_addr_t dma)
{
	int err;

	map->dma_is_phys = dma == virt_to_phys(buf);
	err = edu_write_pattern(dma, map->seed);
	if (err)
		return err;
	map->fresh_before_sync = edu_count_fresh(buf, map->seed);
	return 0;
}

static int edu_map_phys(struct edu_map *map, unsigned long attrs)
{
	struct device *dev = &edu.pdev->dev;
	struct page *page;
	dma_addr_t dma, again;
	phys_addr_t phys;
	void *buf;
	int err;

	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	buf = page_address(page) + map->offset;
	phys = page_to_phys(page) + map->offset;
	map->beyond_mask = edu_beyond_mask(phys);
	edu_fill_background(buf, map->seed);

	dma = dma_map_phys(dev, phys, EDU_SIZE, DMA_FROM_DEVICE, attrs);
	err = dma_mapping_error(dev, dma);
	if (err) {
		map->error = -err;
		err = 0;
		goto free;
	}

	/* As a driver does that has leaked the first one. */
	if (mismatch) {
		again = dma_map_phys(dev, phys, EDU_SIZE, DMA_FROM_DEVICE, attrs);
		if (!dma_mapping_error(dev, again))
			dma_unmap_phys(dev, again, EDU_SIZE, DMA_FROM_DEVICE, attrs);
	}
	err = edu_measure(map, buf, dma);
	/* A coherent mapping is one that nobody has to sync. */
	if (!err && !attrs && !mismatch) {
		dma_sync_single_for_cpu(dev, dma, EDU_SIZE, DMA_FROM_DEVICE);
		map->fresh_after_sync = edu_count_fresh(buf, map->seed);
	}

	dma_unmap_phys(dev, dma, EDU_SIZE, DMA_FROM_DEVICE,
		       mismatch ? attrs ^ EDU_ATTR_COHERENT : attrs);
	if (!err && mismatch)
		map->fresh_after_sync = edu_count_fresh(buf, map->seed);
free:
	__free_page(page);
	return err;
}

/* An IOMMU may have merged entries: look for byte @offset of the list. */
static dma_addr_t edu_sg_dma_address(struct sg_table *sgt, unsigned int offset)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (offset < sg_dma_len(sg))
			return sg_dma_address(sg) + offset;
		offset -= sg_dma_len(sg);
	}
	return DMA_MAPPING_ERROR;
}

/* The page of the process at @addr, which may be memory of another device; NULL for 0. */
static struct page *edu_pin(u64 addr)
{
	struct page *page;
	int err;

	if (!addr)
		return NULL;
	err = pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_PCI_P2PDMA, &page);
	return err == 1 ? page : ERR_PTR(err ?: -EFAULT);
}

static int edu_map_sg(struct edu_map *map, unsigned long attrs)
{
	struct device *dev = &edu.pdev->dev;
	struct scatterlist sgl[EDU_SG_ENTRIES];
	struct sg_table sgt = {
		.sgl		= sgl,
		.nents		= ARRAY_SIZE(sgl),
		.orig_nents	= ARRAY_SIZE(sgl),
	};
	size_t size = PAGE_SIZE * EDU_SG_ENTRIES;
	struct page *pinned = edu_pin(map->addr);
	struct scatterlist *sg;
	void *pages, *buf;
	int i, err;

	if (IS_ERR(pinned))
		return PTR_ERR(pinned);
	pages = alloc_pages_exact(size, GFP_KERNEL);
	if (!pages) {
		err = -ENOMEM;
		goto unpin;
	}

	sg_init_table(sgl, ARRAY_SIZE(sgl));
	for_each_sgtable_sg(&sgt, sg, i)
		sg_set_buf(sg, pages + i * PAGE_SIZE, PAGE_SIZE);
	buf = pages + map->entry * PAGE_SIZE + map->offset;
	if (pinned)
		buf = page_address(pinned);
	sg_set_buf(&sgl[map->entry], buf, EDU_SIZE);
	map->beyond_mask = edu_beyond_mask(virt_to_phys(buf));
	edu_fill_background(buf, map->seed);

	err = dma_map_sgtable(dev, &sgt, DMA_FROM_DEVICE, attrs);
	if (err) {
		map->error = -err;
		err = 0;
		goto free;
	}

	err = edu_measure(map, buf,
			  edu_sg_dma_address(&sgt, map->entry * PAGE_SIZE));
	dma_unmap_sgtable(dev, &sgt, DMA_FROM_DEVICE, attrs);
	if (!err)
		map->fresh_after_sync = edu_count_fresh(buf, map->seed);
free:
	free_pages_exact(pages, size);
unpin:
	if (pinned)
		unpin_user_page(pinned);
	return err;
}

static int edu_map(unsigned int cmd, struct edu_map *map)
{
	*map = (struct edu_map){
		.addr	= map->addr,
		.seed	= map->seed,
		.offset	= map->offset,
		.entry	= map->entry,
	};
	if (map->offset > PAGE_SIZE - EDU_SIZE || map->entry >= EDU_SG_ENTRIES)
		return -EINVAL;

	if (cmd == EDU_MAP_PLAIN)
		return edu_map_phys(map, 0);
	if (cmd == EDU_MAP_PLAIN_SG)
		return edu_map_sg(map, 0);

	if (!EDU_ATTR_COHERENT) {
		map->absent = 1;
		return 0;
	}
	if (cmd == EDU_MAP_COHERENT)
		return edu_map_phys(map, EDU_ATTR_COHERENT);
	return edu_map_sg(map, EDU_ATTR_COHERENT);
}

/* The process takes the memory away, so the device must let go of it. */
static bool edu_invalidate(struct mmu_interval_notifier *notifier,
			   const struct mmu_notifier_range *range,
			   unsigned long seq)
{
	struct ib_umem_odp *odp = container_of(notifier, struct ib_umem_odp,
					       notifier);

	if (!mmu_notifier_range_blockable(range))
		return false;

	mutex_lock(&odp->umem_mutex);
	mmu_interval_set_seq(notifier, seq);
	ib_umem_odp_unmap_dma_pages(odp, range->start, range->end);
	mutex_unlock(&odp->umem_mutex);
	return true;
}

static const struct mmu_interval_notifier_ops edu_odp_ops = {
	.invalidate	= edu_invalidate,
};

static struct ib_umem *edu_get_umem(const struct edu_umem *arg)
{
	int access = IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE;
	struct ib_umem_odp *odp;

	if (!arg->on_demand)
		return ib_umem_get(edu.ib, arg->addr, arg->length, access);

	odp = ib_umem_odp_get(edu.ib, arg->addr, arg->length,
			      access | IB_ACCESS_ON_DEMAND, &edu_odp_ops);
	return IS_ERR(odp) ? ERR_CAST(odp) : &odp->umem;
}

/* Before the memory is mapped: if that fails, nobody tells which page it was. */
static int edu_user_beyond_mask(u64 addr, u32 *beyond_mask)
{
	struct page *page = edu_pin(addr);

	if (IS_ERR_OR_NULL(page))
		return page ? PTR_ERR(page) : -EFAULT;
	*beyond_mask = edu_beyond_mask(page_to_phys(page));
	unpin_user_page(page);
	return 0;
}

static int edu_reg_umem(struct edu_file *file, struct edu_umem *arg)
{
	struct ib_umem *umem;
	int err;

	err = edu_user_beyond_mask(arg->addr, &arg->beyond_mask);
	if (err)
		return err;

	arg->error = 0;
	umem = edu_get_umem(arg);
	if (IS_ERR(umem)) {
		arg->error = -PTR_ERR(umem);
		return 0;
	}

	err = xa_alloc(&file->umems, &arg->id, umem, xa_limit_31b, GFP_KERNEL);
	if (err)
		ib_umem_release(umem);
	return err;
}

/* What a driver does in a page fault of the device, then the transfer if there is one. */
static int edu_odp_fault(struct ib_umem_odp *odp, struct edu_umem *arg,
			 bool write)
{
	struct pci_p2pdma_map_state p2pdma_state = {};
	struct device *dev = &edu.pdev->dev;
	dma_addr_t dma;
	int err;

	err = ib_umem_odp_map_dma_and_lock(odp, ib_umem_start(odp), EDU_SIZE,
					   HMM_PFN_WRITE, true);
	if (err < 0)
		return err;

	dma = hmm_dma_map_pfn(dev, &odp->map, 0, &p2pdma_state);
	err = dma_mapping_error(dev, dma);
	if (err) {
		arg->error = -err;
		err = 0;
	} else if (write) {
		err = edu_write_pattern(dma, arg->seed);
	}
	mutex_unlock(&odp->umem_mutex);
	return err;
}

static int edu_umem_write(struct edu_file *file, struct edu_umem *arg)
{
	struct ib_umem *umem = xa_load(&file->umems, arg->id);

	arg->error = 0;
	if (!umem)
		return -ENOENT;
	if (umem->is_odp)
		return edu_odp_fault(to_ib_umem_odp(umem), arg, true);
	return edu_write_umem(umem, arg->seed);
}

static int edu_umem_map(struct edu_file *file, struct edu_umem *arg)
{
	struct ib_umem *umem = xa_load(&file->umems, arg->id);

	arg->error = 0;
	if (!umem || !umem->is_odp)
		return -ENOENT;
	return edu_odp_fault(to_ib_umem_odp(umem), arg, false);
}

static int edu_dereg_umem(struct edu_file *file, const struct edu_umem *arg)
{
	struct ib_umem *umem = xa_erase(&file->umems, arg->id);

	if (!umem)
		return -ENOENT;
	ib_umem_release(umem);
	return 0;
}

static void edu_release_umems(struct edu_file *file)
{
	struct ib_umem *umem;
	unsigned long id;

	xa_for_each(&file->umems, id, umem)
		ib_umem_release(umem);
	xa_destroy(&file->umems);
}

/* The device touches memory of the process, and writes to it if it is told to. */
static int edu_svm_fault(struct edu_file *file, struct edu_svm *arg, bool write)
{
	dma_addr_t dma;
	int err;

	err = edu_user_beyond_mask(arg->addr, &arg->beyond_mask);
	if (err)
		return err;

	if (!file->svm) {
		struct edu_gpusvm *svm = edu_gpusvm_create(edu.drm);

		if (IS_ERR(svm))
			return PTR_ERR(svm);
		file->svm = svm;
	}

	err = edu_gpusvm_map_and_lock(file->svm, arg->addr, &dma, &arg->error);
	if (err || arg->error)
		return err;
	/* The range stays mapped for the transfer. */
	if (write)
		err = edu_write_pattern(dma, arg->seed);
	edu_gpusvm_unlock(file->svm);
	return err;
}

static void edu_release_svm(struct edu_file *file)
{
	if (file->svm)
		edu_gpusvm_destroy(file->svm);
	file->svm = NULL;
}

static int edu_info(struct edu_info *info)
{
	struct device *dev = &edu.pdev->dev;
	const struct dma_map_ops *ops = get_dma_ops(dev);

	*info = (struct edu_info){
		.coherent	= dev_is_dma_coherent(dev),
		.untrusted	= edu.pdev->untrusted,
	};
	if (ops)
		snprintf(info->backend, sizeof(info->backend), "%ps",
			 ops->map_phys);
	else
		strscpy(info->backend, use_dma_iommu(dev) ? "iommu" : "direct");
	return 0;
}

static long edu_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct edu_file *file = filp->private_data;
	void __user *user = (void __user *)arg;
	union {
		struct edu_info info;
		struct edu_map map;
		struct edu_umem umem;
		struct edu_cost cost;
		struct edu_lines lines;
		struct edu_stress stress;
		struct edu_mr_write mr;
		struct edu_svm svm;
	} u;
	int err;

	if (_IOC_SIZE(cmd) > sizeof(u))
		return -ENOTTY;
	if (copy_from_user(&u, user, _IOC_SIZE(cmd)))
		return -EFAULT;

	err = mutex_lock_interruptible(&edu.lock);
	if (err)
		return err;

	if (!edu.pdev) {
		err = -ENODEV;
		goto unlock;
	}

	switch (cmd) {
	case EDU_INFO:
		err = edu_info(&u.info);
		break;
	case EDU_MAP_PLAIN:
	case EDU_MAP_PLAIN_SG:
	case EDU_MAP_COHERENT:
	case EDU_MAP_COHERENT_SG:
		err = edu_map(cmd, &u.map);
		break;
	case EDU_REG_UMEM:
		err = edu_reg_umem(file, &u.umem);
		break;
	case EDU_UMEM_WRITE:
		err = edu_umem_write(file, &u.umem);
		break;
	case EDU_UMEM_MAP:
		err = edu_umem_map(file, &u.umem);
		break;
	case EDU_DEREG_UMEM:
		err = edu_dereg_umem(file, &u.umem);
		break;
	case EDU_COST:
		err = edu_cost(&edu.pdev->dev, &u.cost);
		break;
	case EDU_MAP_LINES:
		err = edu_map_lines(&edu.pdev->dev, &u.lines);
		break;
	case EDU_STRESS:
		err = edu_stress(&edu.pdev->dev, &u.stress);
		break;
	case EDU_MR_WRITE:
		err = edu_ib_write(edu.ib, u.mr.rkey, u.mr.seed);
		break;
	case EDU_SVM_MAP:
	case EDU_SVM_WRITE:
		err = edu_svm_fault(file, &u.svm, cmd == EDU_SVM_WRITE);
		break;
	case EDU_SVM_REMOVE:
		err = file->svm ? edu_gpusvm_remove(file->svm, &u.svm) : -ENOENT;
		break;
	default:
		err = -ENOTTY;
	}
unlock:
	mutex_unlock(&edu.lock);

	if (!err && copy_to_user(user, &u, _IOC_SIZE(cmd)))
		err = -EFAULT;
	return err;
}

static int edu_open(struct inode *inode, struct file *filp)
{
	struct edu_file *file;

	file = kzalloc_obj(*file);
	if (!file)
		return -ENOMEM;
	xa_init_flags(&file->umems, XA_FLAGS_ALLOC);

	mutex_lock(&edu.lock);
	list_add(&file->list, &edu.files);
	mutex_unlock(&edu.lock);

	filp->private_data = file;
	return 0;
}

static int edu_release(struct inode *inode, struct file *filp)
{
	struct edu_file *file = filp->private_data;

	mutex_lock(&edu.lock);
	list_del(&file->list);
	edu_release_umems(file);
	edu_release_svm(file);
	mutex_unlock(&edu.lock);

	kfree(file);
	return 0;
}

/* Memory of which an address-limited device reaches the first half only. */
static int edu_mmap(struct file *filp, struct vm_area_struct *vma)
{
	unsigned long half = vma->vm_start + (vma->vm_end - vma->vm_start) / 2;
	unsigned long addr;
	struct page *page;
	int err = 0;

	for (addr = vma->vm_start; !err && addr < vma->vm_end; addr += PAGE_SIZE) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO |
				  (addr < half ? GFP_DMA32 : 0));
		if (!page)
			return -ENOMEM;
		err = vm_insert_page(vma, addr, page);
		/* Now it is the process's. */
		put_page(page);
	}
	return err;
}

static const struct file_operations edu_fops = {
	.owner		= THIS_MODULE,
	.open		= edu_open,
	.release	= edu_release,
	.mmap		= edu_mmap,
	.unlocked_ioctl	= edu_ioctl,
};

static struct miscdevice edu_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "edu",
	.fops	= &edu_fops,
};

static int edu_start(struct pci_dev *pdev)
{
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(dma_bits));
	if (err)
		return err;

	err = edu_engine_start(pdev);
	if (err)
		return err;

	edu.drm = edu_gpusvm_device(&pdev->dev);
	if (IS_ERR(edu.drm))
		return PTR_ERR(edu.drm);

	pci_set_master(pdev);
	edu.ib = edu_ib_register(&pdev->dev);
	return PTR_ERR_OR_ZERO(edu.ib);
}

static void edu_stop(void)
{
	struct ib_device *ib = edu.ib;
	struct edu_file *file;

	scoped_guard(mutex, &edu.lock) {
		/* Files may still be open: from here on they get ENODEV. */
		list_for_each_entry(file, &edu.files, list) {
			edu_release_umems(file);
			edu_release_svm(file);
		}
		edu.pdev = NULL;
	}

	/* Without our lock: who has the uverbs device open may be waiting for it. */
	edu_ib_unregister(ib);
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

	scoped_guard(mutex, &edu.lock) {
		if (edu.pdev)
			return -EBUSY;
		err = edu_start(pdev);
		if (err)
			return err;
		edu.pdev = pdev;
	}

	/* Without our lock: the misc core holds its own when it opens a file. */
	edu_misc.parent = &pdev->dev;
	err = misc_register(&edu_misc);
	if (err)
		edu_stop();
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	misc_deregister(&edu_misc);
	edu_stop();
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR_ID, EDU_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name		= "edu",
	.id_table	= edu_ids,
	.probe		= edu_probe,
	.remove		= edu_remove,
};

static int __init edu_init(void)
{
	int err;

	err = pci_register_driver(&edu_p2p_driver);
	if (err)
		return err;
	err = pci_register_driver(&edu_driver);
	if (err)
		pci_unregister_driver(&edu_p2p_driver);
	return err;
}
module_init(edu_init);

static void __exit edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
	pci_unregister_driver(&edu_p2p_driver);
}
module_exit(edu_exit);

MODULE_DESCRIPTION("DMA measurements with QEMU's edu device");
MODULE_LICENSE("GPL");
