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
#include <linux/pagemap.h>

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

static int file_read_cached(struct file *file, loff_t pos, void *to, size_t nr)
{
	struct page *page;

	page = read_mapping_page(file->f_mapping, pos >> PAGE_SHIFT, file);
	if (IS_ERR(page))
		return PTR_ERR(page);
	memcpy_from_page(to, page, 0, nr);
	put_page(page);
	return 0;
}

/* tmpfs and stacked file systems have no read_folio(): read as read(2) does. */
static int file_read(struct file *file, loff_t pos, void *to, size_t nr)
{
	ssize_t ret = kernel_read(file, to, nr, &pos);

	if (ret < 0)
		return ret;
	/* The file was truncated meanwhile. */
	return ret < nr ? -ENXIO : 0;
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
	if (file->f_mapping->a_ops->read_folio)
		ret = file_read_cached(file, pos, to, nr);
	else
		ret = file_read(file, pos, to, nr);
	memset(to + nr, 0, PAGE_SIZE - nr);
	kunmap_local(to);
	return ret;
}

static int file_write(struct file *file, loff_t offset, pgoff_t pgoff,
		      const void *data)
{
	loff_t pos;
	size_t nr;

	/* Nothing is written beyond the end of the file, as in any mapping. */
	nr = file_bytes(file, offset, pgoff, &pos);
	while (nr) {
		ssize_t ret = kernel_write(file, data, nr, &pos);

		if (ret < 0)
			return ret;
		if (!ret)
			return -EIO;
		data += ret;
		nr -= ret;
	}
	return 0;
}

const struct vmlab_backing vmlab_backing_file = {
	.name		= "file",
	.id		= VMLAB_BACKING_FILE,
	.needs_file	= true,
	.fill		= file_fill,
	.write		= file_write,
};

/**
 * vmlab_backing_check_file() - check whether a file can back a space
 * @file: the file
 * @offset: offset of the space in the file, bytes
 *
 * Context: any.
 * Return: 0, -EACCES when it is not open for reading and writing, -EINVAL when
 * it is not a regular file, was opened with O_APPEND or O_DIRECT, or @offset is not a
 * multiple of the page size, -ETXTBSY for a swap file.
 */
int vmlab_backing_check_file(const struct file *file, u64 offset)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;

	if (!S_ISREG(file_inode(file)->i_mode) ||
	    file->f_flags & (O_APPEND | O_DIRECT) ||
	    offset & ~PAGE_MASK || offset > LLONG_MAX)
		return -EINVAL;
	if ((file->f_mode & both) != both)
		return -EACCES;
	if (IS_SWAPFILE(file_inode(file)))
		return -ETXTBSY;
	return 0;
}
