// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "show/lab.h"
#include "show/plot.h"
#include "show/report.h"
#include "show/xml.h"

static const char style[] =
	":root{--ink:#1b1b1b;--faint:#d5d5d5;--paper:#fff;--soft:#f4f5f7;"
	"--good:#00694a;--bad:#a33c00;--dim:#5c5c5c}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e9e9e9;--faint:#474747;"
	"--paper:#16181b;--soft:#22252a;--good:#4fd1a5;--bad:#ff9d5c;--dim:#a8a8a8}}"
	"@media print{:root{--ink:#000;--faint:#ccc;--paper:#fff;--soft:#f4f5f7;"
	"--good:#00694a;--bad:#a33c00;--dim:#444}section{break-inside:avoid-page}"
	"nav{display:none}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;padding:1rem;max-width:62rem;background:var(--paper);"
	"color:var(--ink);font:1rem/1.5 system-ui,sans-serif;"
	"overflow-wrap:anywhere}"
	"h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.3rem;margin:2.5rem 0 "
	".5rem;border-top:1px solid var(--faint);padding-top:1.2rem}"
	"h3{font-size:1rem;margin:1.2rem 0 .3rem}"
	"a{color:inherit}code{font:.88em ui-monospace,monospace}"
	".scroll{overflow-x:auto}"
	"table{border-collapse:collapse;font-size:.92rem;margin:.5rem 0;width:100%}"
	"th,td{text-align:left;padding:.3rem .7rem .3rem 0;vertical-align:top;"
	"border-bottom:1px solid var(--faint);overflow-wrap:break-word}"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
	".agrees{color:var(--good);font-weight:600}"
	".differs,.failed,.interrupted{color:var(--bad);font-weight:600}"
	".skipped,.dim{color:var(--dim)}"
	"ol,ul{padding-left:1.4rem}"
	".question{font-size:1.1rem;background:var(--soft);padding:.6rem .9rem;"
	"border-left:4px solid var(--c0)}"
	"@media(max-width:40rem){.measures thead{display:none}"
	".measures tr{display:block;padding:.5rem 0;"
	"border-bottom:1px solid var(--faint)}"
	".measures td{display:block;border:0;padding:.1rem 0;text-align:left}"
	".measures td:empty{display:none}"
	".measures td::before{font-weight:400;content:attr(data-head) \": \";color:var(--dim)}}";

static void element(FILE *out, const char *name, const char *text)
{
	fprintf(out, "<%s>", name);
	xml_escape(out, text);
	fprintf(out, "</%s>\n", name);
}

/* A cell that repeats the head of its column where the page is narrow. */
static void cell(FILE *out, const char *head, const char *class,
		 const char *text)
{
	fprintf(out, "<td class=\"%s\" data-head=\"%s\">", class, head);
	xml_escape(out, text);
	fputs("</td>", out);
}

static void print_summary(FILE *out, const struct report *r)
{
	size_t count[LAB_PREDICTED + 1] = { 0 };

	for (size_t i = 0; i < r->nr; i++)
		count[r->results[i]->verdict]++;
	fprintf(out,
		"<p><span class=\"agrees\">%zu agree</span>, "
		"<span class=\"differs\">%zu differ</span>, "
		"<span class=\"failed\">%zu failed</span>, "
		"<span class=\"skipped\">%zu skipped</span></p>\n",
		count[LAB_AGREES], count[LAB_DIFFERS],
		count[LAB_FAILED] + count[LAB_INTERRUPTED], count[LAB_SKIPPED]);
	fputs("<nav class=\"scroll\"><table><thead><tr><th class=\"n\">Lab</th>"
	      "<th>Subject</th><th>Verdict</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < r->nr; i++) {
		const char *verdict = lab_verdict_name(r->results[i]->verdict);

		fprintf(out, "<tr><td class=\"n\">%u</td><td><a href=\"#lab-%u\">",
			r->labs[i]->number, r->labs[i]->number);
		xml_escape(out, r->labs[i]->title);
		fprintf(out, "</a></td><td class=\"%s\">%s</td></tr>\n", verdict,
			verdict);
	}
	fputs("</tbody></table></nav>\n", out);
}

static void print_quantity(FILE *out, const struct lab_quantity *q)
{
	enum lab_verdict agrees = lab_quantity_agrees(q) ? LAB_AGREES :
							   LAB_DIFFERS;
	const char *verdict = lab_verdict_name(agrees);
	char text[LAB_VALUE_TEXT];

	fputs("<tr>", out);
	cell(out, "Quantity", "", q->what);
	lab_predicted_text(q, text);
	cell(out, "Predicted", "n", text);
	lab_measured_text(q, text);
	cell(out, "Measured", "n", text);
	cell(out, "Unit", "", lab_unit_text(q));
	cell(out, "Verdict", verdict, verdict);
	cell(out, "From", "dim", q->formula);
	fputs("</tr>\n", out);
}

static void print_quantities(FILE *out, const struct lab_result *result)
{
	fputs("<h3>Prediction and measurement</h3><div class=\"scroll\">"
	      "<table class=\"measures\"><thead><tr><th>Quantity</th>"
	      "<th class=\"n\">Predicted</th><th class=\"n\">Measured</th>"
	      "<th>Unit</th><th>Verdict</th><th>From</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < result->nr; i++)
		print_quantity(out, &result->quantities[i]);
	fputs("</tbody></table></div>\n", out);
}

static void print_params(FILE *out, const struct lab_result *result)
{
	if (!result->nr_params)
		return;
	fputs("<p class=\"dim\">Parameters: ", out);
	for (size_t i = 0; i < result->nr_params; i++) {
		fputs(i ? ", <code>" : "<code>", out);
		xml_escape(out, result->params[i].name);
		fputc('=', out);
		xml_escape(out, result->params[i].value);
		fputs("</code>", out);
	}
	fputs("</p>\n", out);
}

static void print_steps(FILE *out, const struct lab_result *result)
{
	if (!result->nr_steps)
		return;
	fputs("<h3>Experiment</h3><ol>\n", out);
	for (size_t i = 0; i < result->nr_steps; i++)
		element(out, "li", result->steps[i]);
	fputs("</ol>\n", out);
}

static void print_reads(FILE *out, const char *reads)
{
	fputs("<h3>Read in the kernel</h3><ul>\n", out);
	while (*reads) {
		size_t len = strcspn(reads, "\n");
		char line[LAB_TEXT];

		snprintf(line, sizeof(line), "%.*s", (int)len, reads);
		fputs("<li><code>", out);
		xml_escape(out, line);
		fputs("</code></li>\n", out);
		reads += len + (reads[len] == '\n');
	}
	fputs("</ul>\n", out);
}

static void print_lab(FILE *out, const struct lab *lab,
		      const struct lab_result *result)
{
	const char *verdict = lab_verdict_name(result->verdict);

	fprintf(out, "<section id=\"lab-%u\"><h2>%u. ", lab->number,
		lab->number);
	xml_escape(out, lab->title);
	fputs("</h2>\n<p class=\"question\">", out);
	xml_escape(out, lab->question);
	fputs("</p>\n", out);
	element(out, "p", lab->idea);
	fprintf(out, "<p>Verdict: <span class=\"%s\">%s</span>", verdict,
		verdict);
	if (result->reason[0]) {
		fputs(": ", out);
		xml_escape(out, result->reason);
	}
	fputs("</p>\n", out);
	for (size_t i = 0; i < result->nr_plots; i++)
		plot_print_svg(out, &result->plots[i]);
	if (result->verdict != LAB_SKIPPED)
		print_quantities(out, result);
	for (size_t i = 0; i < result->nr_notes; i++)
		element(out, "p", result->notes[i]);
	print_params(out, result);
	print_steps(out, result);
	fputs("<h3>Kept constant</h3>\n", out);
	element(out, "p", lab->pins);
	print_reads(out, lab->reads);
	fputs("</section>\n", out);
}

void report_print_html(FILE *out, const struct report *r)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,"
		"initial-scale=1\"><meta name=\"color-scheme\" "
		"content=\"light dark\"><title>vmlab report</title>"
		"<style>%s%s</style></head><body>\n"
		"<h1>Virtual memory: theory and measurement</h1>\n", style,
		plot_style());
	fputs("<p class=\"dim\">", out);
	xml_escape(out, r->machine);
	fputs("<br>", out);
	xml_escape(out, r->date);
	fputs(", vmlab ", out);
	xml_escape(out, r->version);
	fputs("</p>\n<p>Each lab computes its prediction before it measures. "
	      "Counts must be equal; ratios of times have a tolerance.</p>\n",
	      out);
	print_summary(out, r);
	for (size_t i = 0; i < r->nr; i++)
		print_lab(out, r->labs[i], r->results[i]);
	fputs("</body></html>\n", out);
}
