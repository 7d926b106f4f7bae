/*
 * smbguard: the lines of a configuration file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsmbconf tells names and values, not where they are written nor in which
 * order sections come back. This cuts the same lines (tini.c in Samba's
 * lib/util: a backslash at the end of a line continues it, runs of blanks are
 * one, a comment ends with its own line) and tells what each begins, and which
 * bytes it has.
 *
 * How it fails: NULL and errno. What it tells otherwise than libsmbconf, the
 * caller notices.
 */

#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct cutter {
	FILE *f;
	unsigned line; /* of the next character */
	size_t at;     /* and which byte it is */
	char *text;    /* the line so far */
	size_t len;
	bool ok;
};

static int next(struct cutter *c)
{
	int ch = fgetc(c->f);

	if (ch == '\n') {
		c->line++;
	}
	if (ch != EOF) {
		c->at++;
	}
	return ch;
}

/* ASCII alone: smbd takes no other for a blank. */
static bool blank(int ch)
{
	return ch >= 0 && ch < 0x80 && isspace(ch);
}

static void append(struct cutter *c, int ch)
{
	size_t size = talloc_get_size(c->text);

	if (c->len + 1 >= size) {
		c->text = talloc_realloc(NULL, c->text, char, size * 2 + 64);
	}
	if (c->text == NULL) {
		c->ok = false;
		return;
	}
	c->text[c->len++] = (char)ch;
	c->text[c->len] = '\0';
}

/* Does the line go on behind its newline? Then it loses its backslash. */
static bool continues(struct cutter *c)
{
	if (c->len > 0 && c->text[c->len - 1] == '\\') {
		c->len -= 1;
	} else if (c->len > 1 && c->text[c->len - 2] == '\\' &&
		   blank(c->text[c->len - 1])) {
		c->len -= 2;
	} else {
		return false;
	}
	c->text[c->len] = '\0';
	return true;
}

/* The first character of the next line with something on it. */
static int first(struct cutter *c)
{
	int ch;

	while (true) {
		ch = next(c);
		if (ch == '#' || ch == ';') {
			while (ch != EOF && ch != '\n') {
				ch = next(c);
			}
		}
		if (ch == EOF || !blank(ch)) {
			return ch;
		}
	}
}

static bool cut(struct cutter *c, unsigned *line, size_t *begin)
{
	int ch = first(c);

	c->len = 0;
	*line = c->line;
	*begin = ch != EOF ? c->at - 1 : c->at;
	for (; ch != EOF && c->ok; ch = next(c)) {
		if (ch == '\n') {
			if (continues(c)) {
				continue;
			}
			break;
		}
		if (c->len > 0 && blank(c->text[c->len - 1]) && blank(ch)) {
			continue;
		}
		append(c, ch);
	}
	return c->ok && (c->len > 0 || ch != EOF);
}

static char *trimmed(TALLOC_CTX *mem_ctx, const char *text, size_t len)
{
	while (len > 0 && blank(text[0])) {
		text++;
		len--;
	}
	while (len > 0 && blank(text[len - 1])) {
		len--;
	}
	return talloc_strndup(mem_ctx, text, len);
}

/* What smbd makes of a line. */
static struct sg_conf_line understand(TALLOC_CTX *mem_ctx,
				      const char *text,
				      unsigned line)
{
	struct sg_conf_line l = {.line = line};
	const char *end = strchr(text, text[0] == '[' ? ']' : '=');

	if (text[0] == '[') {
		l.kind = SG_CONF_LINE_SECTION;
		text++;
	} else {
		l.kind = SG_CONF_LINE_PARAM;
	}
	if (end == NULL) {
		l.kind = l.kind == SG_CONF_LINE_SECTION ? SG_CONF_LINE_BROKEN
							: SG_CONF_LINE_IGNORED;
		end = text + strlen(text);
	}
	if (l.kind == SG_CONF_LINE_SECTION) {
		l.text = talloc_strndup(mem_ctx, text, (size_t)(end - text));
	} else {
		l.text = trimmed(mem_ctx, text, (size_t)(end - text));
	}
	if (l.kind == SG_CONF_LINE_PARAM && end == text) {
		l.kind = SG_CONF_LINE_BROKEN;
	}
	return l;
}

/* Somebody's pipe would be waited for, without end. */
static FILE *open_file(const char *path)
{
	struct stat st = {0};
	int ret = stat(path, &st);

	if (ret == 0 && S_ISFIFO(st.st_mode)) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	return fopen(path, "r");
}

struct sg_conf_line *sg_conf_lines_of(TALLOC_CTX *mem_ctx, FILE *f, size_t *num)
{
	struct cutter c = {.f = f, .line = 1, .ok = true};
	struct sg_conf_line *lines = NULL;
	unsigned line = 0;
	size_t begin = 0;

	*num = 0;
	lines = talloc_zero_array(mem_ctx, struct sg_conf_line, 1);
	while (lines != NULL && cut(&c, &line, &begin)) {
		struct sg_conf_line *more = NULL;

		if (c.len == 0) {
			continue;
		}
		more = talloc_realloc(mem_ctx,
				      lines,
				      struct sg_conf_line,
				      *num + 2);
		if (more == NULL) {
			c.ok = false;
			break;
		}
		lines = more;
		lines[*num] = understand(lines, c.text, line);
		lines[*num].begin = begin;
		lines[*num].end = c.at;
		c.ok = lines[*num].text != NULL;
		(*num)++;
	}
	if (c.ok && ferror(c.f) != 0) {
		c.ok = false;
		errno = EIO;
	} else if (!c.ok) {
		errno = ENOMEM;
	}
	if (!c.ok) {
		int saved = errno;

		TALLOC_FREE(lines);
		errno = saved;
	}
	talloc_free(c.text);
	return lines;
}

struct sg_conf_line *sg_conf_lines(TALLOC_CTX *mem_ctx,
				   const char *path,
				   size_t *num)
{
	struct sg_conf_line *lines = NULL;
	FILE *f = open_file(path);
	int saved;

	*num = 0;
	if (f == NULL) {
		return NULL;
	}
	lines = sg_conf_lines_of(mem_ctx, f, num);
	saved = errno;
	fclose(f);
	errno = saved;
	return lines;
}
