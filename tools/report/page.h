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

/*
 * Sorts a table's rows by the column whose title was clicked; and shows a
 * field for each long table that hides the rows without what is typed.
 */
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
	"});\n"                                                           \
	"document.querySelectorAll('.filter').forEach(function (f) {\n"   \
	"  var field = f.querySelector('input');\n"                       \
	"  var told = f.querySelector('output');\n"                       \
	"  var body = f.parentNode.querySelector('tbody');\n"             \
	"  f.hidden = false;\n"                                           \
	"  field.addEventListener('input', function () {\n"               \
	"    var words = field.value.toLowerCase().split(/\\s+/);\n"      \
	"    var shown = 0;\n"                                            \
	"    Array.from(body.rows).forEach(function (row) {\n"            \
	"      var text = row.textContent.toLowerCase();\n"               \
	"      var fits = words.every(function (w) {\n"                   \
	"        return text.indexOf(w) !== -1;\n"                        \
	"      });\n"                                                     \
	"      row.hidden = !fits;\n"                                     \
	"      shown += fits ? 1 : 0;\n"                                  \
	"    });\n"                                                       \
	"    told.textContent = shown + ' of ' + body.rows.length;\n"     \
	"  });\n"                                                         \
	"});\n"

#define PAGE_SCRIPT_SHA256 "GvSlsPDhn78SVwBe2jCmDsbZYUWq4eYgDN/5Kem/cLw="

/* Colours, in light and in the dark */
#define PAGE_COLOURS                                                     \
	":root{color-scheme:light dark;--ink:#1c2430;--paper:#fff;"      \
	"--soft:#5a6472;--line:#d8dde5;--panel:#f5f7fa;--bar:#3b6ea8;"   \
	"--no:#a3201d;--maybe:#8a5300;--block:#e0a03c}\n"                \
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;"         \
	"--paper:#15191f;--soft:#a3acb8;--line:#343c47;--panel:#1d232b;" \
	"--bar:#6fa3dc;--no:#ff8a80;--maybe:#f0b860;--block:#f0b860}}\n"

#define PAGE_STYLE                                                          \
	"*{box-sizing:border-box}\n"                                        \
	"body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;"           \
	"padding:1.5rem 2rem;max-width:100rem;color:var(--ink);"            \
	"background:var(--paper)}\n"                                        \
	"h1{font-size:1.5rem;margin:0 0 .8rem}"                             \
	"h2{font-size:1.1rem;margin:0 0 .3rem}\n"                           \
	"section{margin-top:1.8rem}p{max-width:60rem;margin:.2rem 0;"       \
	"color:var(--soft)}\n"                                              \
	"dl{display:grid;grid-template-columns:max-content 1fr;margin:0;"   \
	"padding:.7rem 1rem;background:var(--panel);"                       \
	"border:1px solid var(--line);border-radius:6px}\n"                 \
	"dt{color:var(--soft);padding-right:1.5rem}"                        \
	"dd{margin:0;overflow-wrap:anywhere}dd.answer{font-weight:600}\n"   \
	".charts{display:flex;flex-wrap:wrap;gap:0 2.5rem}"                 \
	".charts section{flex:1 1 17rem}.charts .wide{flex:2 1 26rem}\n"    \
	"svg{display:block;width:100%}"                                     \
	".bars{display:grid;grid-template-columns:max-content 1fr "         \
	"max-content;gap:.25rem .6rem;align-items:center}"                  \
	".bars svg{height:1rem}.ends{display:flex;"                         \
	"justify-content:space-between;color:var(--soft);font-size:13px}\n" \
	".bar{fill:var(--bar)}.d{fill:var(--no)}.w{fill:var(--block)}"      \
	".axis{stroke:var(--soft)}.kw{color:var(--block)}\n"                \
	".table{overflow-x:auto}"                                           \
	"table{border-collapse:collapse;font-size:13px}\n"                  \
	"th,td{text-align:left;padding:.3rem .6rem;vertical-align:top;"     \
	"border-bottom:1px solid var(--line)}th{white-space:nowrap}\n"      \
	"td{overflow-wrap:break-word;max-width:26rem}"                      \
	"@media screen and (min-width:50rem){#refusals "                    \
	"td:nth-child(n+7):nth-child(-n+8){min-width:10rem}}"               \
                                                                            \
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"     \
	"td.t{font-variant-numeric:tabular-nums}\n"                         \
	"th button{font:inherit;font-weight:600;border:0;background:none;"  \
	"padding:0;cursor:pointer;color:inherit}\n"                         \
	"th[aria-sort=ascending] button::after{content:' \\2191'}\n"        \
	"th[aria-sort=descending] button::after{content:' \\2193'}\n"       \
	".denied{color:var(--no);font-weight:600}"                          \
	".would_deny{color:var(--maybe)}.unknown{color:var(--soft)}\n"      \
	".filter{margin:.4rem 0}.filter input{font:inherit;color:inherit;"  \
	"background:var(--panel);border:1px solid var(--line);"             \
	"border-radius:4px;padding:.2rem .5rem;max-width:100%}"             \
	".filter output{color:var(--soft);margin-left:.6rem}\n"

/* A narrow screen: each row becomes a block, each cell a line with its title */
#define PAGE_NARROW                                                        \
	"@media screen and (max-width:40rem){body{padding:1rem}"           \
	"dl{grid-template-columns:1fr;padding:.5rem .8rem}"                \
	"dd{margin-bottom:.4rem}table,tbody,tr,td{display:block}"          \
	"thead{display:none}tr[hidden]{display:none}"                      \
	"tr{border:1px solid var(--line);border-radius:6px;"               \
	"margin:.6rem 0;padding:.4rem .7rem}"                              \
	"td,td.n{display:grid;grid-template-columns:7rem 1fr;border:0;"    \
	"padding:.1rem 0;text-align:left;max-width:none}td:empty{display:" \
	"none}td::before{color:var(--soft);font-weight:400}}\n"

/* Paper is white, lies on its side, and nobody can click on it. */
#define PAGE_PRINT                                                         \
	"@page{size:A4 landscape;margin:12mm}\n"                           \
	"@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;"   \
	"--soft:#444;--line:#bbb;--panel:#fff;--bar:#3b6ea8;--no:#a3201d;" \
	"--maybe:#8a5300;--block:#e0a03c}body{font-size:10pt;padding:0;"   \
	"max-width:none}table{font-size:8pt;width:100%}"                   \
	"th,td{padding:.15rem .35rem}"                                     \
	"td{max-width:62mm}.charts section{flex:1 1 12rem}"                \
	".charts .wide{flex:2 1 18rem}"                                    \
	"thead{display:table-header-group}tr,dl,.charts{break-inside:"     \
	"avoid}h2{break-after:avoid}.table{overflow:visible}"              \
	".filter{display:none}*{print-color-adjust:exact}}\n"

#endif /* SMBGUARD_TOOLS_REPORT_PAGE_H */
