/*
 * smbguard: changes of a configuration file, byte by byte
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file is read once, and cut into lines as smbd cuts them (conf/lines.c).
 * Changes name the bytes that they replace, and are put in only when the result
 * is asked for; so each change can go by the file as it was.
 *
 * How it fails: NULL and false, with errno or a sentence. The file itself is
 * never touched here.
 */

#define _GNU_SOURCE 1 /* O_CLOEXEC, fmemopen */

#include "edit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is larger is not somebody's smb.conf. */
#define MAX_SIZE (64 << 20)

static char *read_fd(TALLOC_CTX *mem_ctx, int fd, size_t size, size_t *len)
{
	char *bytes = talloc_array(mem_ctx, char, size + 1);

	*len = 0;
	while (bytes != NULL) {
		ssize_t got = read(fd, bytes + *len, size + 1 - *len);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			break;
		}
		*len += (size_t)got;
		if (*len > size) { /* it grows while it is read */
			errno = EBUSY;
			TALLOC_FREE(bytes);
		}
	}
	if (bytes != NULL && *len < size) {
		errno = EBUSY;
		TALLOC_FREE(bytes);
	}
	if (bytes != NULL) {
		bytes[*len] = '\0';
	}
	return bytes;
}

char *sg_edit_bytes(TALLOC_CTX *mem_ctx, const char *path, size_t *len)
{
	/* A pipe would be waited for, without end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = {0};
	char *bytes = NULL;
	int saved;

	if (fd < 0) {
		return NULL;
	}
	if (fstat(fd, &st) == 0 &&
	    (!S_ISREG(st.st_mode) || st.st_size > MAX_SIZE)) {
		errno = EINVAL;
	} else {
		bytes = read_fd(mem_ctx, fd, (size_t)st.st_size, len);
	}
	saved = errno;
	close(fd);
	errno = saved;
	return bytes;
}

struct sg_edit *sg_edit_read(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **error)
{
	struct sg_edit *edit = talloc_zero(mem_ctx, struct sg_edit);
	FILE *f = NULL;

	errno = ENOMEM;
	if (edit != NULL) {
		edit->path = talloc_strdup(edit, path);
		edit->bytes = sg_edit_bytes(edit, path, &edit->len);
	}
	if (edit != NULL && edit->path != NULL && edit->bytes != NULL) {
		f = edit->len > 0 ? fmemopen(edit->bytes, edit->len, "r")
				  : fopen("/dev/null", "r");
	}
	if (f != NULL) {
		edit->lines = sg_conf_lines_of(edit, f, &edit->num_lines);
		fclose(f);
	}
	if (edit == NULL || edit->lines == NULL) {
		*error = talloc_asprintf(mem_ctx,
					 "%s: %s",
					 path,
					 strerror(errno));
		TALLOC_FREE(edit);
	}
	return edit;
}

const struct sg_conf_line *sg_edit_line(const struct sg_edit *edit,
					unsigned line)
{
	size_t i;

	for (i = 0; i < edit->num_lines; i++) {
		if (edit->lines[i].line == line) {
			return &edit->lines[i];
		}
	}
	return NULL;
}

static bool same(const struct sg_change *c,
		 size_t begin,
		 size_t end,
		 const char *text)
{
	return c->begin == begin && c->end == end && strcmp(c->text, text) == 0;
}

bool sg_edit_replace(struct sg_edit *edit,
		     size_t begin,
		     size_t end,
		     const char *text)
{
	struct sg_change *changes = NULL;
	size_t at = 0;
	size_t i;

	for (i = 0; i < edit->num_changes; i++) {
		const struct sg_change *c = &edit->changes[i];
		bool is = same(c, begin, end, text);

		if (is) {
			return true;
		}
		/* What is put in at the same place comes behind it. */
		if (c->begin < begin ||
		    (c->begin == begin && c->end == begin)) {
			at = i + 1;
		}
	}
	if ((at > 0 && edit->changes[at - 1].end > begin) ||
	    (at < edit->num_changes && edit->changes[at].begin < end)) {
		return false;
	}
	changes = talloc_realloc(edit,
				 edit->changes,
				 struct sg_change,
				 edit->num_changes + 1);
	if (changes == NULL) {
		return false;
	}
	edit->changes = changes;
	memmove(&changes[at + 1],
		&changes[at],
		(edit->num_changes - at) * sizeof(changes[0]));
	changes[at] = (struct sg_change){
		.begin = begin,
		.end = end,
		.text = talloc_strdup(edit, text),
	};
	edit->num_changes++;
	return changes[at].text != NULL;
}

/* The byte with which the line of the file begins in which this one is. */
static size_t line_begin(const struct sg_edit *edit, size_t at)
{
	while (at > 0 && edit->bytes[at - 1] != '\n') {
		at--;
	}
	return at;
}

bool sg_edit_remove(struct sg_edit *edit,
		    const struct sg_conf_line *first,
		    const struct sg_conf_line *last)
{
	return sg_edit_replace(edit,
			       line_begin(edit, first->begin),
			       last->end,
			       "");
}

/* "\r\n" where the file has that. */
static const char *end_of_line(const struct sg_edit *edit)
{
	const char *newline = memchr(edit->bytes, '\n', edit->len);

	return newline != NULL && newline > edit->bytes && newline[-1] == '\r'
		       ? "\r\n"
		       : "\n";
}

/* The blanks of the next parameter, or else of the first that there is. */
static char *indentation(TALLOC_CTX *mem_ctx,
			 const struct sg_edit *edit,
			 const struct sg_conf_line *behind)
{
	const struct sg_conf_line *found = NULL;
	size_t begin;
	size_t i;

	for (i = 0; i < edit->num_lines; i++) {
		const struct sg_conf_line *l = &edit->lines[i];
		bool next = behind == NULL || l->begin >= behind->begin;

		if (l->kind == SG_CONF_LINE_PARAM && (next || found == NULL)) {
			found = l;
			if (next) {
				break;
			}
		}
	}
	if (found == NULL) {
		return talloc_strdup(mem_ctx, "\t");
	}
	begin = line_begin(edit, found->begin);
	return talloc_strndup(mem_ctx,
			      edit->bytes + begin,
			      found->begin - begin);
}

bool sg_edit_add(struct sg_edit *edit,
		 const struct sg_conf_line *behind,
		 const char *const *lines)
{
	size_t at = behind != NULL ? behind->end : 0;
	const char *newline = end_of_line(edit);
	char *blanks = indentation(edit, edit, behind);
	char *text = talloc_strdup(edit, "");
	bool ok = blanks != NULL;

	if (at > 0 && edit->bytes[at - 1] != '\n') {
		text = talloc_strdup_append(text, newline);
	}
	for (; ok && text != NULL && *lines != NULL; lines++) {
		text = talloc_asprintf_append(text,
					      "%s%s%s",
					      (*lines)[0] != '[' ? blanks : "",
					      *lines,
					      newline);
	}
	ok = ok && text != NULL && sg_edit_replace(edit, at, at, text);
	talloc_free(blanks);
	return ok;
}

char *sg_edit_part(TALLOC_CTX *mem_ctx,
		   const struct sg_edit *edit,
		   size_t from,
		   size_t to,
		   size_t *len)
{
	char *part = NULL;
	size_t size = to - from + 1;
	size_t i;

	for (i = 0; i < edit->num_changes; i++) {
		size += strlen(edit->changes[i].text);
	}
	part = talloc_array(mem_ctx, char, size);
	*len = 0;
	for (i = 0; part != NULL && i < edit->num_changes; i++) {
		const struct sg_change *c = &edit->changes[i];
		size_t more = strlen(c->text);

		if (c->begin < from || c->end > to) {
			continue;
		}
		memcpy(part + *len, edit->bytes + from, c->begin - from);
		*len += c->begin - from;
		memcpy(part + *len, c->text, more);
		*len += more;
		from = c->end;
	}
	if (part != NULL) {
		memcpy(part + *len, edit->bytes + from, to - from);
		*len += to - from;
		part[*len] = '\0';
	}
	return part;
}

char *sg_edit_result(TALLOC_CTX *mem_ctx,
		     const struct sg_edit *edit,
		     size_t *len)
{
	return sg_edit_part(mem_ctx, edit, 0, edit->len, len);
}
