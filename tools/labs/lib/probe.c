// SPDX-License-Identifier: GPL-2.0
/* kprobe events in a trace instance of the run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "labs/lib/system_internal.h"
#include "labs/probe.h"
#include "labs/process.h"

#define TRACEFS "/sys/kernel/tracing"

static void instance_path(const struct lab_run *run, char path[LAB_PATH])
{
	snprintf(path, LAB_PATH, TRACEFS "/instances/vmlab-%d", run->pid);
}

static void add_event(struct lab_run *run, const char *function)
{
	char text[96];
	int err;

	snprintf(text, sizeof(text), "-:vmlab_%d/%s", run->pid, function);
	system_undo(run, UNDO_WRITE, TRACEFS "/kprobe_events", text);
	snprintf(text, sizeof(text), "p:vmlab_%d/%s %s arg=%%di:x64", run->pid,
		 function, function);
	err = system_write(TRACEFS "/kprobe_events", text);
	if (err)
		lab_skip(run, "%s cannot be traced: %s", function,
			 strerror(-err));
}

void lab_probe(struct lab_run *run, const char *const *functions)
{
	char path[2 * LAB_PATH], instance[LAB_PATH];
	int err;

	if (access(TRACEFS "/kprobe_events", W_OK))
		lab_skip(run, "kernel functions cannot be traced: no "
			      TRACEFS "/kprobe_events");
	for (const char *const *f = functions; *f; f++)
		add_event(run, *f);
	/* After the events: its removal, which comes first, disables them. */
	instance_path(run, instance);
	system_undo(run, UNDO_RMDIR, instance, NULL);
	if (mkdir(instance, 0700))
		lab_skip(run, "mkdir %s: %s", instance, strerror(errno));
	snprintf(path, sizeof(path), "%s/events/vmlab_%d/enable", instance,
		 run->pid);
	err = system_write(path, "1");
	if (err)
		lab_fail(run, "write 1 to %s: %s", path, strerror(-err));
}

void lab_probe_clear(struct lab_run *run)
{
	char path[2 * LAB_PATH], instance[LAB_PATH];
	FILE *trace;

	instance_path(run, instance);
	snprintf(path, sizeof(path), "%s/trace", instance);
	/* Opening it to write, with O_TRUNC, empties the buffer. */
	trace = fopen(path, "we");
	if (!trace)
		lab_fail(run, "clear %s: %s", path, strerror(errno));
	fclose(trace);
}

/* Read "comm-PID [CPU] flags time: FUNCTION: (...) arg=0x..."; false for other lines. */
static bool read_call(const char *line, const char *function,
		      struct lab_call *call)
{
	const char *cpu, *dash, *arg;
	char name[96];
	unsigned long long argument;

	snprintf(name, sizeof(name), ": %s: (", function);
	arg = strstr(line, name);
	if (line[0] == '#' || !arg)
		return false;
	arg = strstr(arg, " arg=");
	cpu = strstr(line, " [");
	if (!arg || !cpu)
		return false;
	for (dash = cpu; dash > line && *dash != '-'; dash--)
		;
	if (sscanf(dash, "-%d", &call->pid) != 1 ||
	    sscanf(cpu, " [%d]", &call->cpu) != 1 ||
	    sscanf(arg, " arg=%llx", &argument) != 1)
		return false;
	call->argument = argument;
	return true;
}

unsigned int lab_probe_find(struct lab_run *run, const char *function,
			    pid_t pid, uint64_t argument,
			    struct lab_call *call)
{
	char path[2 * LAB_PATH], instance[LAB_PATH], line[512];
	struct lab_call found;
	unsigned int nr = 0;
	FILE *trace;

	instance_path(run, instance);
	snprintf(path, sizeof(path), "%s/trace", instance);
	trace = fopen(path, "re");
	if (!trace)
		lab_fail(run, "read %s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), trace)) {
		if (!read_call(line, function, &found) ||
		    (pid && pid != found.pid) ||
		    (argument && argument != found.argument))
			continue;
		nr++;
		if (call)
			*call = found;
	}
	fclose(trace);
	return nr;
}

void lab_probe_mm(struct lab_run *run)
{
	static const char *const functions[] = { "exit_mmap", "__mmdrop", NULL };

	lab_probe(run, functions);
}

uint64_t lab_probe_kill(struct lab_run *run, pid_t pid)
{
	struct lab_call call = { 0 };

	lab_probe_clear(run);
	lab_kill(run, pid);
	if (!lab_probe_find(run, "exit_mmap", pid, 0, &call))
		lab_fail(run, "exit_mmap() of process %d was not traced", pid);
	return call.argument;
}

unsigned int lab_probe_freed(struct lab_run *run, uint64_t mm,
			     struct lab_call *call)
{
	return lab_probe_find(run, "__mmdrop", 0, mm, call);
}
