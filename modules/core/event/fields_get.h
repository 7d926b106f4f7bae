/*
 * smbguard: fields of events that are no member of a struct
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_FIELDS_GET_H
#define SMBGUARD_CORE_EVENT_FIELDS_GET_H

#include "fields.h"

/**
 * Fill in a value, see sg_field.get. from is what the row says, never NULL.
 * Returns false where the event has no such field.
 */
bool sg_get_type(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value);
bool sg_get_major(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value);
bool sg_get_minor(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value);
bool sg_get_event(const struct sg_event *event,
		  const void *from,
		  struct sg_value *value);
bool sg_get_outcome(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_severity(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value);
bool sg_get_client_guid(const struct sg_event *event,
			const void *from,
			struct sg_value *value);
bool sg_get_session_id(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value);
bool sg_get_dialect(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_cipher(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value);
bool sg_get_signing(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_smb1(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value);
bool sg_get_left_out(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value);
bool sg_get_dialects(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value);
bool sg_get_ciphers(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_signers(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_explanation(const struct sg_event *event,
			const void *from,
			struct sg_value *value);
bool sg_get_best(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value);
bool sg_get_side(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value);
bool sg_get_path(const struct sg_event *event,
		 const void *from,
		 struct sg_value *value);
bool sg_get_new_path(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value);
bool sg_get_file_id(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_access(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value);
bool sg_get_attributes(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value);
bool sg_get_changed(const struct sg_event *event,
		    const void *from,
		    struct sg_value *value);
bool sg_get_duration(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value);
bool sg_get_windows_id(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value);
bool sg_get_reason(const struct sg_event *event,
		   const void *from,
		   struct sg_value *value);

#endif /* SMBGUARD_CORE_EVENT_FIELDS_GET_H */
