/*
 * smbguard(8): explain, its tables
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every event, every outcome and every number of Windows that an event may
 * have. A test goes through all of them. What is said of options is in the
 * core's own table.
 */

#include "explain.h"

#include <stddef.h>

const struct sg_explanation sg_explained_events[] = {
	{"negotiate",
	 "A client connected and said what it speaks: dialects, ciphers, "
	 "signing algorithms. Each connection has one.",
	 "If it was refused, look at policy.option: most often the client "
	 "speaks too old a dialect. Update the client, or give it an "
	 "exception with an end."},
	{"session",
	 "Somebody logged on. The event names the account, how it "
	 "authenticated, and what was negotiated.",
	 "If it was refused, the reason names the option of [global] that "
	 "did it."},
	{"auth_failed",
	 "A logon failed: a wrong password, an unknown or locked account, or "
	 "a ticket that was not taken. \"status\" has the NTSTATUS. The "
	 "account is what the client said, and proves nothing.",
	 "One or two are typing errors. Many from one address are somebody "
	 "who guesses: block the address, and see \"auth failure delay\"."},
	{"reauthentication",
	 "A session that is in use was taken over by another account: "
	 "\"previousAccount\" had it before. Its open shares and files go "
	 "with it.",
	 "Rare with honest clients. If a share that is open asks for what the "
	 "new account lacks, the session event before this one is denied."},
	{"share_connect",
	 "A client opened a share. This is where a share's own options are "
	 "judged.",
	 "If it was refused, the reason names the option, and whether it "
	 "stands in [global] or in the share. `smbguard report` counts them "
	 "by client."},
	{"share_disconnect",
	 "A client left a share; \"duration\" is how long it was there, in "
	 "microseconds.",
	 "Nothing."},
	{"pipe_open",
	 "A client opened a pipe of IPC$, \"pipe\": the way to Samba's RPC "
	 "services, samr and lsarpc and srvsvc among them; or it used RAP, "
	 "SMB1's LANMAN, which opens none. What is done through it is not "
	 "seen.",
	 "Many from one address within seconds may be guesses at passwords, "
	 "which fail unseen there. [IPC$] takes smbguard options, and "
	 "\"restrict anonymous = 2\" keeps those out who have no account."},
	{"file_open",
	 "A file, a folder or a stream was opened, or was not: \"status\" is "
	 "what smbd answered. \"access\" is what the client asked for, "
	 "\"created\" and \"overwritten\" what became of the file. What was "
	 "done with it then is in the file_close of the same connectionId "
	 "and fileId.",
	 "Nothing, or look at \"status\": NT_STATUS_ACCESS_DENIED from an "
	 "account that should have access is about rights; many of them in "
	 "a row may be somebody who looks around."},
	{"file_close",
	 "What was opened was closed: how often was read and written, how "
	 "many bytes, and how long it was open, in microseconds. A file that "
	 "was renamed meanwhile has its new name.",
	 "Nothing. `smbguard report --files` adds them up."},
	{"file_rename",
	 "A file or folder was given another name or place, \"newPath\", or "
	 "was not: see \"status\".",
	 "Nothing. Many by one account within minutes, to an ending that "
	 "nobody knows, are how ransomware looks: cut off that client."},
	{"file_link",
	 "A file was given a second name, \"newPath\": a hard link.",
	 "Nothing."},
	{"file_delete",
	 "A file was deleted, or was not: see \"status\". If the account of "
	 "this event closed it last, and another one had asked for the "
	 "deletion, that one's SID is \"requestedBy\".",
	 "Nothing. `smbguard report --files --path NAME` tells who did what "
	 "to a file before."},
	{"directory_create",
	 "A folder was made. Its file_open tells the same request, with "
	 "everything about it.",
	 "Nothing."},
	{"directory_delete",
	 "A folder was deleted, or was not: see \"status\".",
	 "Nothing."},
	{"file_acl",
	 "The rights of a file or folder were set: \"changed\" says which "
	 "part: owner, group, dacl (who may do what), sacl.",
	 "If nobody was meant to change rights, ask the account, and look at "
	 "the rights that are there now."},
	{"file_attributes",
	 "Attributes or times of a file or folder were set; \"changed\" says "
	 "which.",
	 "Nothing. Times that go back may be to hide a change."},
	{"negotiate_mismatch",
	 "smbd did not choose what the negotiate event said that it would. "
	 "The session and share events say what it did.",
	 "A mistake of smbguard's: tell its authors, with both events."},
	{"negotiate_tampered",
	 "The client asked the server to confirm what both had negotiated, "
	 "and the two did not agree: somebody between them changed it. The "
	 "connection was ended.",
	 "Take it seriously: compare \"expected\" and \"received\", and look "
	 "at what stands between this client and the server. A faulty WAN "
	 "accelerator does it, too."},
	{"integrity_suspected",
	 "An SMB 3.1.1 client logged on and went away at once, as it does "
	 "when the server's signed answer does not fit what it had sent.",
	 "Once is a client that was switched off. If \"count\" grows, look "
	 "for somebody who changes messages between the two."},
	{"downgrade",
	 "A client used less than before, or less than both ends could: "
	 "\"what\" is less than it was, from \"was\" to \"now\".",
	 "With \"side\": \"server\", smb.conf was changed. With \"client\", "
	 "ask what was changed there; if nothing was, somebody may have "
	 "come between. See the option \"downgrade\"."},
	{"policy_error",
	 "The policy cannot be applied as it is written, or a gate is not at "
	 "work. In enforce mode this refuses clients.",
	 "Correct the option that is named; `smbguard check` finds it before "
	 "smbd does. For a gate, install the smbguard that was built for "
	 "this Samba."},
	{"audit_lost",
	 "So many records (\"lost\") could not be written to this sink since "
	 "the last one that was.",
	 "Find out what was wrong: a full disk, a permission, a daemon that "
	 "did not run. smbd's log has the error. See \"audit failure\"."},
	{NULL, NULL, NULL},
};

const struct sg_explanation sg_explained_outcomes[] = {
	{"allowed",
	 "The client was let in; of a file: it was done.",
	 "Nothing."},
	{"denied",
	 "smbguard refused it: the client was not let in, or of a file, it "
	 "was not done.",
	 "The reason says what it lacked and what it could do."},
	{"would_deny",
	 "The client was let in, because of audit mode; enforced, the same "
	 "policy would have refused it.",
	 "Help the client, or give it an exception, before you enforce."},
	{"detected",
	 "Something was noticed, and nobody was refused for it.",
	 "Read the reason."},
	{"failed",
	 "Something did not work; of a file: smbd or the file system said no, "
	 "\"status\" says why.",
	 "Read the reason."},
	{NULL, NULL, NULL},
};

const struct sg_windows_event sg_explained_windows[] = {
	{551, "auth_failed", "SMB session authentication failure"},
	{1001, "negotiate", "a client tried SMB1 and was refused"},
	{1005, "negotiate_tampered", "the negotiation was tampered with"},
	{1006, "share_connect", "the share refused the client"},
	{1046,
	 "share_connect",
	 "encryption is required and the client did not encrypt"},
	{3000, "negotiate", "SMB1 was used or asked for"},
	{3021, "session", "the client does not support signing"},
	{3022, "session", "the client does not support encryption"},
	{3023, "session", "a guest logged on"},
	{4000, "share_connect", "a share was connected"},
	{0, NULL, NULL},
};
