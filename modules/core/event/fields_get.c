/*
 * smbguard: fields of events that are no member of a struct
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the rows of fields.c.
 */

#include "fields_get.h"

#include "core/cut.h"

/* Bytes that these may take: see core/cut.h. */
#define REASON_MAX 2048
#define SMB1_STRINGS_MAX 1024
/* A path of Linux has 4095 bytes; an event should fit in 8 KiB. */
#define PATH_TOLD_MAX 6144
#define PATH_OF_TWO_MAX 3072

/* One item of a list; ten bytes of it fit whatever they are. */
#define SMB1_STRING_WHOLE (SG_SMB1_STRING_MAX / 6)

bool sg_get_type(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value)
{
	value->text = "smbguard";
	return true;
}

bool sg_get_major(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value)
{
	value->number = SG_EVENT_MAJOR;
	return true;
}

bool sg_get_minor(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value)
{
	value->number = SG_EVENT_MINOR;
	return true;
}

bool sg_get_event(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value)
{
	value->text = sg_event_name(event->kind);
	return true;
}

bool sg_get_outcome(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	value->text = sg_outcome_name(event->verdict->outcome);
	return true;
}

bool sg_get_severity(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	value->text = sg_severity_name(sg_event_severity(event));
	return true;
}

bool sg_get_client_guid(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	value->guid = event->facts->client_guid;
	return event->facts->have_guid;
}

bool sg_get_session_id(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value)
{
	value->id = event->facts->session_id;
	return event->facts->have_session_id;
}

bool sg_get_dialect(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	value->text = sg_dialect_name(event->facts->dialect);
	return value->text != NULL;
}

bool sg_get_cipher(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value)
{
	value->text = sg_cipher_name(event->facts->cipher);
	return value->text != NULL;
}

bool sg_get_signing(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	value->text = sg_signing_name(event->facts->signing_algorithm);
	return value->text != NULL;
}

/* For how many of the strings of SMB1 there is room. */
static size_t smb1_fitting(const struct sg_offer *offer)
{
	size_t room = SMB1_STRINGS_MAX;
	size_t i;

	for (i = 0; i < offer->num_smb1 && room >= SG_SMB1_STRING_MAX; i++) {
		size_t len = offer->smb1[i].length;

		/* As much as it takes at most, or all that one may take */
		room -= len < SMB1_STRING_WHOLE ? len * 6 + 3
						: SG_SMB1_STRING_MAX;
	}
	return i;
}

bool sg_get_smb1(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->strings = offer->smb1;
	value->num = smb1_fitting(offer);
	return offer->num_smb1 > 0;
}

bool sg_get_left_out(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	const struct sg_offer *offer = from;
	size_t left_out = offer->num_smb1 - smb1_fitting(offer);

	value->number = (int64_t)(offer->left_out + left_out);
	return value->number > 0;
}

static const char *dialect_wire_name(uint16_t id)
{
	return sg_dialect_name(sg_dialect_from_wire(id));
}

static const char *signing_wire_name(uint16_t id)
{
	return sg_signing_name(id);
}

bool sg_get_dialects(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->dialects;
	value->num = offer->num_dialects;
	value->name_of = dialect_wire_name;
	return true;
}

bool sg_get_ciphers(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->ciphers;
	value->num = offer->num_ciphers;
	value->name_of = sg_cipher_name;
	return offer->has_ciphers;
}

bool sg_get_signers(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->signing;
	value->num = offer->num_signing;
	value->name_of = signing_wire_name;
	return offer->has_signing;
}

bool sg_get_explanation(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	value->text = event->explanation;
	return value->text != NULL;
}

bool sg_get_best(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value)
{
	value->text = sg_dialect_name(sg_validate_best(from));
	return value->text != NULL;
}

bool sg_get_side(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value)
{
	const struct sg_negotiated *side = from;

	value->ids = side->dialects;
	value->num = side->num_dialects;
	value->name_of = dialect_wire_name;
	return true;
}

bool sg_get_path(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value)
{
	const struct sg_file_told *file = from;

	value->text = file->path;
	value->max = file->new_path != NULL ? PATH_OF_TWO_MAX : PATH_TOLD_MAX;
	return value->text != NULL;
}

bool sg_get_new_path(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	const struct sg_file_told *file = from;

	value->text = file->new_path;
	value->max = PATH_OF_TWO_MAX;
	return value->text != NULL;
}

bool sg_get_file_id(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	const struct sg_file_told *file = from;

	value->id = file->id;
	return file->have_id;
}

static bool get_bits(const struct sg_bits *bits,
		     const char *(*name_of)(uint16_t bit),
		     struct sg_value *value)
{
	value->ids = bits->bits;
	value->num = bits->num;
	value->name_of = name_of;
	return bits->num > 0;
}

bool sg_get_access(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value)
{
	const struct sg_file_told *file = from;

	return get_bits(&file->access, sg_access_name, value);
}

bool sg_get_attributes(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value)
{
	const struct sg_file_told *file = from;

	return get_bits(&file->attributes, sg_attribute_name, value);
}

bool sg_get_changed(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value)
{
	const struct sg_file_told *file = from;

	return get_bits(&file->changed, sg_change_name, value);
}

bool sg_get_duration(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	/* Nobody reads greater numbers. */
	value->number = event->duration <= INT64_MAX ? (int64_t)event->duration
						     : INT64_MAX;
	return event->have_duration;
}

bool sg_get_windows_id(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value)
{
	value->number = sg_event_windows_id(event);
	return value->number != 0;
}

bool sg_get_reason(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value)
{
	value->text = event->verdict->reason;
	value->max = REASON_MAX;
	return true;
}
