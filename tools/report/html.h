/*
 * smbguard(8): report, parts of the page
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_HTML_H
#define SMBGUARD_TOOLS_REPORT_HTML_H

#include "sheets.h"

/**
 * Text between tags, or inside of a quoted attribute.
 */
void sg_html(FILE *out, const char *text);

/**
 * All up to the page's heading, with what its tables need; and a summary.
 */
void sg_html_head(FILE *out, const struct sg_sheet *sheets, size_t num);
void sg_html_summary(FILE *out, const struct sg_summary *summary);

/**
 * The page's end, with its script.
 */
void sg_html_end(FILE *out);

/**
 * A table, in a section of its own; nothing where there are no rows.
 */
void sg_html_sheet(FILE *out, const struct sg_sheet *sheet);

/**
 * The style that writes its titles beside its cells on a narrow screen.
 */
void sg_html_titles(FILE *out, const struct sg_sheet *sheet);

#endif /* SMBGUARD_TOOLS_REPORT_HTML_H */
