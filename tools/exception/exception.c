/*
 * smbguard exception: who is let off, from what, and until when
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chooses what is to be done. How it fails: with a message and 2.
 */

#include "exception.h"

#include <stdio.h>
#include <string.h>

#include "common/tool.h"

static const char help[] =
	"Usage: smbguard exception list [OPTION...] [FILE...]\n"
	"       smbguard exception add NAME [OPTION...]\n"
	"       smbguard exception end NAME [OPTION...]\n"
	"\n"
	"Exceptions are the only thing that loosens: what they allow, for whom "
	"they name,\n"
	"until their last day.\n"
	"\n"
	"list  who, what, until when, and when it was used last, by the record in "
	"FILE or\n"
	"      in the server's audit file with its rotated parts\n"
	"      --ending=DAYS         only those that end within so many days; "
	"exit 1 if any\n"
	"      -f, --format=FORMAT   text (default) or json\n"
	"add   a new one; shows what changes, checks, asks, keeps a copy\n"
	"      --hosts=LIST --users=LIST --groups=LIST --shares=LIST   for whom\n"
	"      --allow=LIST          what: smb1, dialect, unencrypted, cipher, "
	"unsigned,\n"
	"                            guest, ntlm, downgrade\n"
	"      --until=YYYY-MM-DD    its last day (UTC)\n"
	"      --reason=TEXT         why\n"
	"      --from-event=FILE     what a refusal in FILE (- is standard input) "
	"would have\n"
	"                            needed, and no more; for 30 days\n"
	"      --connection=0xID     of this connection; the last refusal "
	"otherwise\n"
	"end   takes one out, with its options\n"
	"\n"
	"And of all: -s, --smb-conf=FILE; of add and end: -n, --dry-run and -y, "
	"--yes.\n"
	"\n"
	"Exit status: 0 done, or none ends, 1 some end, or you said no, 2 nothing "
	"was\n"
	"written, or it cannot be told.\n"
	"\n"
	"  smbguard exception list --ending 14\n"
	"  smbguard exception add scanner --hosts 192.0.2.7 --allow smb1 \\\n"
	"      --until 2027-03-31 --reason 'Replaced in March'\n"
	"  smbguard exception add scanner --reason 'Ticket 17' \\\n"
	"      --from-event /var/log/samba/smbguard.jsonl --connection "
	"0xd50762e229a4ba9c\n";

int sg_command_exception(int argc, const char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "list") == 0) {
		return sg_exception_list(argc - 1, argv + 1);
	}
	if (strcmp(what, "add") == 0) {
		return sg_exception_add(argc - 1, argv + 1);
	}
	if (strcmp(what, "end") == 0) {
		return sg_exception_end(argc - 1, argv + 1);
	}
	if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0) {
		fputs(help, stdout);
		return SG_EXIT_OK;
	}
	fprintf(stderr,
		SG_EXCEPTION_COMMAND ": say list, add or end; --help tells "
				     "more.\n");
	return SG_EXIT_ERROR;
}
