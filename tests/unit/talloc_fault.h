/*
 * smbguard: talloc that runs out of memory
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For tests that begin with exactly this comment, which the build reads:
 *
 *   wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
 *   _talloc_zero_array talloc_asprintf talloc_asprintf_append
 *   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
 *   talloc_vasprintf_append
 *
 * fail_at: the allocation that fails, from 1; 0: none. With fail_ever all
 * after it fail as well. alloc_calls counts them.
 */

#ifndef SMBGUARD_TESTS_TALLOC_FAULT_H
#define SMBGUARD_TESTS_TALLOC_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

static unsigned alloc_calls;
static unsigned fail_at;
static bool fail_ever;

static inline bool out_of_memory(void)
{
	alloc_calls++;
	if (fail_at == 0) {
		return false;
	}
	return alloc_calls == fail_at || (fail_ever && alloc_calls > fail_at);
}

void *__real__talloc_array(const void *, size_t, unsigned, const char *);
void *__real__talloc_realloc(const void *, void *, size_t, const char *);
void *__real__talloc_realloc_array(const void *,
				   void *,
				   size_t,
				   unsigned,
				   const char *);
void *__real__talloc_zero(const void *, size_t, const char *);
void *__real__talloc_zero_array(const void *, size_t, unsigned, const char *);
void *__real_talloc_named_const(const void *, size_t, const char *);
char *__real_talloc_strdup(const void *, const char *);
char *__real_talloc_strdup_append(char *, const char *);
char *__real_talloc_strndup(const void *, const char *, size_t);
char *__real_talloc_vasprintf_append(char *, const char *, va_list)
	__attribute__((format(printf, 2, 0)));

char *__wrap_talloc_asprintf(const void *, const char *, ...)
	__attribute__((format(printf, 2, 3)));
char *__wrap_talloc_asprintf_append(char *, const char *, ...)
	__attribute__((format(printf, 2, 3)));
char *__wrap_talloc_vasprintf_append(char *, const char *, va_list)
	__attribute__((format(printf, 2, 0)));

void *__wrap__talloc_array(const void *ctx,
			   size_t size,
			   unsigned count,
			   const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_array(ctx, size, count, name);
}

void *__wrap__talloc_realloc(const void *ctx,
			     void *ptr,
			     size_t size,
			     const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_realloc(ctx, ptr, size, name);
}

void *__wrap__talloc_realloc_array(const void *ctx,
				   void *ptr,
				   size_t size,
				   unsigned count,
				   const char *name)
{
	bool fails = out_of_memory();

	if (fails) {
		return NULL;
	}
	return __real__talloc_realloc_array(ctx, ptr, size, count, name);
}

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_zero(ctx, size, name);
}

void *__wrap__talloc_zero_array(const void *ctx,
				size_t size,
				unsigned count,
				const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_zero_array(ctx, size, count, name);
}

void *__wrap_talloc_named_const(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_named_const(ctx, size, name);
}

char *__wrap_talloc_strdup(const void *ctx, const char *text)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strdup(ctx, text);
}

char *__wrap_talloc_strdup_append(char *text, const char *more)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strdup_append(text, more);
}

char *__wrap_talloc_strndup(const void *ctx, const char *text, size_t len)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strndup(ctx, text, len);
}

char *__wrap_talloc_asprintf(const void *ctx, const char *format, ...)
{
	bool fails = out_of_memory();
	char *text = NULL;
	va_list ap;

	if (fails) {
		return NULL;
	}
	va_start(ap, format);
	text = talloc_vasprintf(ctx, format, ap);
	va_end(ap);
	return text;
}

char *__wrap_talloc_asprintf_append(char *text, const char *format, ...)
{
	bool fails = out_of_memory();
	va_list ap;

	if (fails) {
		return NULL;
	}
	va_start(ap, format);
	text = __real_talloc_vasprintf_append(text, format, ap);
	va_end(ap);
	return text;
}

char *__wrap_talloc_vasprintf_append(char *text, const char *format, va_list ap)
{
	bool fails = out_of_memory();

	if (fails) {
		return NULL;
	}
	return __real_talloc_vasprintf_append(text, format, ap);
}

#endif /* SMBGUARD_TESTS_TALLOC_FAULT_H */
