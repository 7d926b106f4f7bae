/*
 * smbguard(8): report, what every html page has
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The page forbids itself to load anything, and runs one script only: the one
 * whose SHA-256 stands in the policy. A test compares the two.
 */

#ifndef SMBGUARD_TOOLS_REPORT_PAGE_H
#define SMBGUARD_TOOLS_REPORT_PAGE_H

/* Sorts a table's rows by the column whose title was clicked. */
#define PAGE_SCRIPT                                                       \
	"document.querySelectorAll('th button').forEach(function (b) {\n" \
	"  b.addEventListener('click', function () {\n"                   \
	"    var th = b.parentNode, table = th.closest('table');\n"       \
	"    var up = th.getAttribute('aria-sort') !== 'ascending';\n"    \
	"    var body = table.tBodies[0], n = th.cellIndex;\n"            \
	"    var rows = Array.from(body.rows);\n"                         \
	"    function key(row) {\n"                                       \
	"      var cell = row.cells[n], s = cell.dataset.sort;\n"         \
	"      return s === undefined ? cell.textContent : Number(s);\n"  \
	"    }\n"                                                         \
	"    rows.sort(function (a, b) {\n"                               \
	"      var x = key(a), y = key(b);\n"                             \
	"      var o = typeof x === 'number' ? x - y :\n"                 \
	"        x.localeCompare(y, 'en', {numeric: true});\n"            \
	"      return up ? o : -o;\n"                                     \
	"    });\n"                                                       \
	"    rows.forEach(function (r) { body.appendChild(r); });\n"      \
	"    table.querySelectorAll('th').forEach(function (t) {\n"       \
	"      t.removeAttribute('aria-sort');\n"                         \
	"    });\n"                                                       \
	"    th.setAttribute('aria-sort',\n"                              \
	"      up ? 'ascending' : 'descending');\n"                       \
	"  });\n"                                                         \
	"});\n"

#define PAGE_SCRIPT_SHA256 "yrGN+4q9SGLpBZGEGsa7CokRcihIcVBKN6fu/JKqxwk="

#define PAGE_STYLE                                                               \
	"body{font:15px/1.45 system-ui,sans-serif;margin:2rem;"                  \
	"color:#1c2430;background:#fff}\n"                                       \
	"h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem}\n"                   \
	"p{max-width:60rem}.charts{display:flex;flex-wrap:wrap;gap:2rem}\n"      \
	".table{overflow-x:auto}\n"                                              \
	"table{border-collapse:collapse;font-size:14px}\n"                       \
	"th,td{text-align:left;padding:.3rem .7rem;vertical-align:top;"          \
	"border-bottom:1px solid #d8dde5}\n"                                     \
	"td.n{text-align:right;font-variant-numeric:tabular-nums}\n"             \
	"td.t{white-space:nowrap}td{max-width:24rem;overflow-wrap:break-word}\n" \
	"th button{font:inherit;font-weight:600;border:0;background:none;"       \
	"padding:0;cursor:pointer;color:inherit;white-space:nowrap}\n"           \
	"th[aria-sort=ascending] button::after{content:' \\2191'}\n"             \
	"th[aria-sort=descending] button::after{content:' \\2193'}\n"            \
	".denied{color:#a3201d;font-weight:600}.would_deny{color:#8a5300}"       \
	".unknown{color:#555}\n"                                                 \
	"svg text{font:12px system-ui,sans-serif;fill:#1c2430}\n"                \
	".bar{fill:#3b6ea8}.d{fill:#a3201d}.w{fill:#e0a03c}"                     \
	".axis{stroke:#8a93a0}.kw{color:#e0a03c}\n"

#endif /* SMBGUARD_TOOLS_REPORT_PAGE_H */
