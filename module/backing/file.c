// SPDX-License-Identifier: GPL-2.0
/*
 * A regular file: contents are read when a frame is filled and written back by
 * msync(2), fsync(2), after evictions and at the last close.
 *
 * Faults read through the file's page cache, page by page, as mm does for a
 * mapping of the file.  They never write to it: writing takes locks that a
 * write(2) holds while it faults its buffer in.  Pages that are evicted dirty
 * are saved in the swap store first, see space/writeback.c.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include <linux/vmlab.h>

#include "backing/backing.h"
#include "backing/file.h"

/* Return how many bytes of a page lie within the file, and from where: *@pos. */
static size_t file_bytes(struct file *file, loff_t offset, pgoff_t pgoff,
			 loff_t *pos)
{
	loff_t size = i_size_read(file_inode(file));

	if (pgoff > (LLONG_MAX - offset) >> PAGE_SHIFT)
		return 0;
	*pos = offset + ((loff_t)pgoff << PAGE_SHIFT);
	return *pos < size ? min_t(loff_t, size - *pos, PAGE_SIZE) : 0;
}

/* Read a folio of the page cache, unless another task did meanwhile. */
static int file_read_folio(struct file *file, struct folio *folio)
{
	int ret;

	if (folio_lock_killable(folio))
		return -EINTR;
	if (folio->mapping != file->f_mapping || folio_test_uptodate(folio)) {
		ret = folio->mapping == file->f_mapping ? 0 :
		      AOP_TRUNCATED_PAGE;
		folio_unlock(folio);
		return ret;
	}
	/* It is unlocked once it is read. */
	ret = file->f_mapping->a_ops->read_folio(file, folio);
	if (!ret && folio_wait_locked_killable(folio))
		ret = -EINTR;
	if (!ret && !folio_test_uptodate(folio))
		ret = -EIO;
	return ret;
}

/*
 * Return the folio of the page cache for an index, up to date, with a reference.
 *
 * As filemap_fault(), for read_mapping_page() waits uninterruptibly for a folio
 * that another task reads.  Readahead starts reads without waiting, so that the
 * wait can be killed where the file system reads so (FUSE does).  The caller
 * holds invalidate_lock against those that remove pages together with blocks.
 */
static struct folio *file_folio(struct file *file, pgoff_t index)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio;
	int ret;

	do {
		folio = __filemap_get_folio(mapping, index,
					    FGP_CREAT | FGP_FOR_MMAP,
					    mapping_gfp_mask(mapping));
		/* Linux 6.1 returns NULL. */
		if (IS_ERR_OR_NULL(folio))
			return folio ?: ERR_PTR(-ENOMEM);
		if (folio_test_uptodate(folio))
			return folio;
		ret = file_read_folio(file, folio);
		if (!ret)
			return folio;
		folio_put(folio);
	} while (ret == AOP_TRUNCATED_PAGE);
	return ERR_PTR(ret);
}

static int file_read_cached(struct file *file, loff_t pos, void *to, size_t nr)
{
	struct address_space *mapping = file->f_mapping;
	const pgoff_t index = pos >> PAGE_SHIFT;
	struct folio *folio;

	/* Takes invalidate_lock itself. */
	folio = filemap_get_folio(mapping, index);
	if (IS_ERR_OR_NULL(folio))
		page_cache_sync_readahead(mapping, &file->f_ra, file, index, 1);
	else
		folio_put(folio);

	if (down_read_killable(&mapping->invalidate_lock))
		return -EINTR;
	folio = file_folio(file, index);
	up_read(&mapping->invalidate_lock);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	memcpy_from_page(to, folio_file_page(folio, index), 0, nr);
	folio_put(folio);
	return 0;
}

static bool file_is_shmem(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == TMPFS_MAGIC;
}

/*
 * shmem has no read_folio().  read(2) of it would take the inode lock, which a
 * write(2) into the file holds while it faults its buffer in.
 */
static int file_read_shmem(struct file *file, loff_t pos, void *to, size_t nr)
{
	const pgoff_t index = pos >> PAGE_SHIFT;
	struct page *page;

	/* A hole reads as zeroes and takes no block, as with read(2). */
	if (!xa_load(&file->f_mapping->i_pages, index)) {
		memset(to, 0, nr);
		return 0;
	}
	page = shmem_read_mapping_page(file->f_mapping, index);
	if (IS_ERR(page))
		return PTR_ERR(page);
	memcpy_from_page(to, page, 0, nr);
	put_page(page);
	return 0;
}

static int file_fill(struct vmlab_space *space, struct folio *folio,
		     pgoff_t pgoff)
{
	struct file *file = space->file;
	void *to;
	loff_t pos;
	size_t nr;
	int ret;

	nr = file_bytes(file, space->file_offset, pgoff, &pos);
	if (!nr)
		return -ENXIO;

	to = kmap_local_folio(folio, 0);
	if (file_is_shmem(file))
		ret = file_read_shmem(file, pos, to, nr);
	else
		ret = file_read_cached(file, pos, to, nr);
	memset(to + nr, 0, PAGE_SIZE - nr);
	kunmap_local(to);
	return ret;
}

static int file_write(struct file *file, loff_t offset, pgoff_t pgoff,
		      const void *data)
{
	size_t done = 0;
	loff_t pos;

	for (;;) {
		/*
		 * Nothing is written beyond the end of the file, as in any
		 * mapping.  The size is read right before each write.  A
		 * truncation between here and the inode lock, which the write
		 * takes, is not seen: the write then extends the file again, by
		 * at most this page.  No flag of a write keeps it within the
		 * size, and the lock cannot be taken for it.
		 */
		size_t nr = file_bytes(file, offset, pgoff, &pos);
		ssize_t ret;

		if (done >= nr)
			return 0;
		pos += done;
		ret = kernel_write(file, data + done, nr - done, &pos);
		if (ret < 0)
			return ret;
		if (!ret)
			return -EIO;
		done += ret;
	}
}

const struct vmlab_backing vmlab_backing_file = {
	.name		= "file",
	.id		= VMLAB_BACKING_FILE,
	.needs_file	= true,
	.fill		= file_fill,
	.write		= file_write,
};

/**
 * vmlab_backing_open_file() - open a file to back a space
 * @file: an open file
 * @offset: offset of the space in the file, bytes
 *
 * The flags of @file can change later (fcntl(2), F_SETFL): the space gets a file
 * of its own, opened with the credentials that @file was opened with.
 *
 * Context: process context, may sleep.
 * Return: the file, for fput(); or an ERR_PTR(): -EACCES when @file is not open
 * for reading and writing, -EINVAL when it is not a regular file, was opened with
 * O_APPEND or O_DIRECT, or @offset is not a multiple of the page size,
 * -EOPNOTSUPP when it has no page cache to read from (overlayfs, hugetlbfs, DAX),
 * -ETXTBSY for a swap file, or an error of opening it.
 */
struct file *vmlab_backing_open_file(struct file *file, u64 offset)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;

	if (!S_ISREG(file_inode(file)->i_mode) ||
	    file->f_flags & (O_APPEND | O_DIRECT) ||
	    offset & ~PAGE_MASK || offset > LLONG_MAX)
		return ERR_PTR(-EINVAL);
	if ((file->f_mode & both) != both)
		return ERR_PTR(-EACCES);
	if (IS_SWAPFILE(file_inode(file)))
		return ERR_PTR(-ETXTBSY);
	if (!file_is_shmem(file) &&
	    (IS_DAX(file_inode(file)) || !file->f_mapping->a_ops->read_folio))
		return ERR_PTR(-EOPNOTSUPP);
	return dentry_open(&file->f_path, O_RDWR | O_LARGEFILE, file->f_cred);
}
