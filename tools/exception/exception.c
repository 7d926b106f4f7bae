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
	"Usage: smbguard exception list|add|end [NAME] [OPTION...] [FILE...]\n"
	"  -s, --smb-conf=FILE     the server's configuration\n"
	"  -f, --format=FORMAT     of list: text (default) or json\n"
	"      --ending=DAYS       of list: only those that end within so many "
	"days;\n"
	"                          exit 1 if any\n"
	"      --hosts=LIST        of add: for which clients\n"
	"      --users=LIST        of add: for which accounts\n"
	"      --groups=LIST       of add: for which groups\n"
	"      --shares=LIST       of add: at which shares\n"
	"      --allow=LIST        of add: what: smb1, dialect, unencrypted, "
	"cipher,\n"
	"                          unsigned, guest, ntlm, downgrade\n"
	"      --until=YYYY-MM-DD  of add: its last day (UTC)\n"
	"      --reason=TEXT       of add: why\n"
	"      --from-event=FILE   of add: what a refusal in FILE (- is standard "
	"input)\n"
	"                          would have needed, and no more; for 30 days\n"
	"      --connection=ID     of add: of this connection; else the last "
	"refusal\n"
	"  -n, --dry-run           of add and end: show and check, write nothing\n"
	"  -y, --yes               of add and end: do not ask\n"
	"  -h, --help              this\n"
	"\n"
	"Exceptions are the only thing that loosens: what they allow, for whom "
	"they name,\n"
	"until their last day.\n"
	"\n"
	"  list  who, what, until when, and when it was used last, by the record "
	"in FILE\n"
	"        or in the server's audit file with its rotated parts\n"
	"  add   a new one; shows what changes, checks, asks, keeps a copy\n"
	"  end   takes one out, with its options\n"
	"\n"
	"Exit status: 0 done, or none ends, 1 some end, or you said no, 2 nothing "
	"was\n"
	"written, or it cannot be told.\n"
	"\n"
	"  smbguard exception list --ending 14\n"
	"  smbguard exception add scanner --hosts 192.0.2.7 --allow smb1 --until "
	"\\\n"
	"      2027-03-31 --reason 'Replaced in March'\n"
	"  smbguard exception add scanner --connection 0xd50762e229a4ba9c "
	"--from-event \\\n"
	"      /var/log/samba/smbguard.jsonl --reason 'Ticket 17'\n";

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
