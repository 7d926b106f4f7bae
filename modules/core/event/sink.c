/*
 * smbguard: where events go, and what happens when one does not arrive
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every configured sink gets every event.
 *
 * How it fails: each sink counts what it did not take. It is tried again with
 * each event; when it works, an audit_lost with the count goes before the
 * event, so that the gap is told where it is. What no sink took goes to the
 * last resort, which does not count as recorded.
 */

#include "sink.h"

#include <errno.h>
#include <inttypes.h>

static int write_event(struct sg_sink *sink, const struct sg_event *event)
{
	size_t len = 0;
	char *line = sg_event_line(NULL, event, &len);
	int ret;

	if (line == NULL) {
		return ENOMEM;
	}
	ret = sink->write(sink, event, line, len);
	talloc_free(line);
	return ret;
}

static int tell_lost(struct sg_sink *sink, const struct sg_event *before)
{
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.option = SG_OPTION_PREFIX ":audit",
		.scope = "global",
		.actual = sink->name,
	};
	struct sg_event event = {
		.kind = SG_EVENT_AUDIT_LOST,
		.when = before->when,
		.facts = before->facts,
		.verdict = &verdict,
		.lost = sink->lost,
	};
	char *reason = NULL;
	int ret;

	reason = talloc_asprintf(NULL,
				 "%" PRIu64 " records could not be written to "
				 "the sink \"%s\".",
				 sink->lost,
				 sink->name);
	if (reason == NULL) {
		return ENOMEM;
	}
	verdict.reason = reason;
	ret = write_event(sink, &event);
	talloc_free(reason);
	return ret;
}

static int sink_write(struct sg_sink *sink,
		      const struct sg_event *event,
		      const char *line,
		      size_t len)
{
	int ret;

	if (sink->lost > 0) {
		ret = tell_lost(sink, event);
		if (ret != 0) {
			return ret;
		}
		sink->lost = 0;
	}
	return sink->write(sink, event, line, len);
}

static void to_last_resort(struct sg_sinks *sinks, const struct sg_event *event)
{
	size_t len = 0;
	char *line = NULL;

	if (sinks->last_resort == NULL) {
		return;
	}
	line = sg_event_line(NULL, event, &len);
	if (line != NULL) {
		(void)sink_write(sinks->last_resort, event, line, len);
	}
	talloc_free(line);
}

bool sg_sinks_write(struct sg_sinks *sinks,
		    const struct sg_event *event,
		    const struct sg_event *otherwise,
		    int *why)
{
	size_t len = 0;
	char *line = sg_event_line(NULL, event, &len);
	bool recorded = false;
	size_t i;

	*why = 0;
	for (i = 0; i < sinks->num; i++) {
		struct sg_sink *sink = &sinks->sinks[i];
		int ret = ENOMEM;

		if (line != NULL) {
			ret = sink_write(sink, event, line, len);
		}
		if (ret != 0) {
			sink->lost++;
			*why = ret;
			continue;
		}
		recorded = true;
	}
	talloc_free(line);
	if (!recorded) {
		to_last_resort(sinks, otherwise != NULL ? otherwise : event);
	}
	return recorded;
}

static int memory_write(struct sg_sink *sink,
			const struct sg_event *event,
			const char *line,
			size_t len)
{
	struct sg_sink_memory *memory = sink->data;
	char **lines = NULL;

	(void)event;
	if (memory->fail != 0) {
		return memory->fail;
	}
	lines = talloc_realloc(NULL, memory->lines, char *, memory->num + 1);
	if (lines == NULL) {
		return ENOMEM;
	}
	memory->lines = lines;
	lines[memory->num] = talloc_strndup(lines, line, len);
	if (lines[memory->num] == NULL) {
		return ENOMEM;
	}
	memory->num++;
	return 0;
}

void sg_sink_memory_init(struct sg_sink *sink, struct sg_sink_memory *memory)
{
	*sink = (struct sg_sink){
		.name = "memory",
		.write = memory_write,
		.data = memory,
	};
}

/* Of several, one could have an event and the next one not. */
static struct sg_sink *single(struct sg_sinks *sinks)
{
	struct sg_sink *sink = sinks->sinks;

	return sinks->num == 1 && sink->lost == 0 && sink->settled != NULL
		       ? sink
		       : NULL;
}

bool sg_sinks_try(struct sg_sinks *sinks, const struct sg_event *event)
{
	struct sg_sink *sink = single(sinks);

	return sink != NULL && sink->settled(sink, event->when) &&
	       write_event(sink, event) == 0;
}

bool sg_sinks_look(struct sg_sinks *sinks, struct timespec now)
{
	struct sg_sink *sink = single(sinks);

	return sink != NULL && sink->look(sink, now);
}

bool sg_sinks_have_room(struct sg_sinks *sinks)
{
	size_t i;

	for (i = 0; i < sinks->num; i++) {
		struct sg_sink *sink = &sinks->sinks[i];
		int ret = sink->reserve != NULL ? sink->reserve(sink) : 0;

		if (ret == 0) {
			return true;
		}
	}
	return false;
}
