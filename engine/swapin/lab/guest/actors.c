/*
 * The guest's program: plays a plan of scenarios with a few processes, and prints what it saw.
 *
 *     actors PLAN
 *
 * A plan is lines of words. `run NAME…` begins a scenario, `end` plays what came since. A step is
 * `ACTOR VERB [ARGUMENT]`; docs/lab.md lists the verbs. The actors are processes, so that fork,
 * exit and faults are real; `lab` is this process, which touches no page of theirs.
 *
 * Output: lines that begin with "@@ ". What the probes saw comes with them, between marks that say
 * which step it belongs to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define MOST_PAGES 512
#define MOST_ACTORS 3
#define MOST_STEPS 64
#define PATIENCE_MS 60000

static const char *const names[MOST_ACTORS] = { "parent", "child", "grandchild" };

struct actor {
	int orders[2];
	int replies[2];
	pid_t pid;
};

static struct actor actors[MOST_ACTORS];
static int me = -1;		/* which actor this process is; -1: the lab */
static int pages;		/* pages mapped by the parent */
static char device[128];
static char run_line[256];

static uint64_t entry(int who, int page)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", actors[who].pid);
	return word_of(path, (uintptr_t)BASE / PAGE + page);
}

/* Swap PTEs of all actors that refer to the slot of this page. */
static int swap_count(int who, int page)
{
	uint64_t wanted = entry(who, page) & ((1ULL << 55) - 1);
	int count = 0;

	if (!is_swapped(entry(who, page)))
		return -1;
	for (int i = 0; i < MOST_ACTORS; i++)
		for (int j = 0; actors[i].pid && j < pages; j++) {
			uint64_t other = entry(i, j);

			count += is_swapped(other) && (other & ((1ULL << 55) - 1)) == wanted;
		}
	return count;
}

/* ---- what an actor does by itself; each gives 0 or a negative error ---- */

static int splice_pipe[2];
static int userfault = -1;

static int map(long count)
{
	void *got = mmap(BASE, count * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (got != BASE)
		return -errno;
	/* A plain page unless a scenario asks for more. */
	madvise(BASE, count * PAGE, MADV_NOHUGEPAGE);
	return 0;
}

static int fill(int same)
{
	/*
	 * Neither zeroes nor one word all over: those are stored without a write. But something that
	 * can be compressed, or zswap hands it to the device.
	 */
	for (int page = 0; page < pages; page++)
		for (int i = 0; i < PAGE; i += 4)
			*(uint32_t *)(BASE + page * PAGE + i) =
				(i % 64 + 1) * 2654435761u + (same ? 0 : page * 40503u);
	return 0;
}

static void load(int page)
{
	(void)*(volatile uint8_t *)(BASE + page * PAGE);
}

static void store(int page)
{
	/* One store, and no load before it. */
	*(volatile uint8_t *)(BASE + page * PAGE) = 0x5a;
}

static int pin(int page)
{
	struct iovec part = { BASE + page * PAGE, 64 };

	if (pipe(splice_pipe))
		return -errno;
	return vmsplice(splice_pipe[1], &part, 1, 0) < 0 ? -errno : 0;
}

static int write_protect(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register where = { .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect protect = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };

	userfault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (userfault < 0)
		return -errno;
	where.range.start = protect.range.start = (uintptr_t)BASE;
	where.range.len = protect.range.len = (uint64_t)pages * PAGE;
	if (ioctl(userfault, UFFDIO_API, &api) || ioctl(userfault, UFFDIO_REGISTER, &where) ||
	    ioctl(userfault, UFFDIO_WRITEPROTECT, &protect))
		return -errno;
	return 0;
}

static volatile int running;

static void *page_out(void *tries)
{
	for (long i = 0; i < (long)tries; i++)
		madvise(BASE, pages * PAGE, MADV_PAGEOUT);
	running = 0;
	return NULL;
}

/* Two threads: one pages out again and again, the other stores to page after page meanwhile. */
static int race(long tries)
{
	pthread_t other;

	running = 1;
	if (pthread_create(&other, NULL, page_out, (void *)tries))
		return -EAGAIN;
	for (uint32_t i = 0; running; i++)
		*(volatile uint32_t *)(BASE + i % pages * PAGE + 8) = i;
	pthread_join(other, NULL);
	return 0;
}

static void play(int who);

static int fork_as(const char *name)
{
	for (int i = 0; i < MOST_ACTORS; i++) {
		pid_t pid;

		if (strcmp(name, names[i]))
			continue;
		pid = fork();
		if (pid)
			return pid < 0 ? -errno : pid;
		me = i;
		play(i);
	}
	return -EINVAL;
}

static int act(const char *verb, const char *argument)
{
	long number = atol(argument);

	if (!strcmp(verb, "map"))
		return map(number);
	if (!strcmp(verb, "fill"))
		return fill(0);
	if (!strcmp(verb, "fill-alike"))
		return fill(1);
	if (!strcmp(verb, "load"))
		return load(number), 0;
	if (!strcmp(verb, "store"))
		return store(number), 0;
	if (!strcmp(verb, "load-then-store"))
		return load(number), store(number), 0;
	if (!strcmp(verb, "fork"))
		return fork_as(argument);
	if (!strcmp(verb, "page-out"))
		return madvise(BASE, pages * PAGE, MADV_PAGEOUT) ? -errno : 0;
	if (!strcmp(verb, "mergeable"))
		return madvise(BASE, pages * PAGE, MADV_MERGEABLE) ? -errno : 0;
	if (!strcmp(verb, "unmergeable"))
		return madvise(BASE, pages * PAGE, MADV_UNMERGEABLE) ? -errno : 0;
	if (!strcmp(verb, "huge"))
		return madvise(BASE, pages * PAGE, MADV_HUGEPAGE) ? -errno : 0;
	if (!strcmp(verb, "protect"))
		return mprotect(BASE, pages * PAGE, PROT_READ) ? -errno : 0;
	if (!strcmp(verb, "unprotect"))
		return mprotect(BASE, pages * PAGE, PROT_READ | PROT_WRITE) ? -errno : 0;
	if (!strcmp(verb, "pin"))
		return pin(number);
	if (!strcmp(verb, "unpin"))
		return close(splice_pipe[0]), close(splice_pipe[1]), 0;
	if (!strcmp(verb, "clear-soft-dirty"))
		return put("/proc/self/clear_refs", "4");
	if (!strcmp(verb, "write-protect"))
		return write_protect();
	if (!strcmp(verb, "race"))
		return race(number);
	return -ENOSYS;
}

/* An actor's life: orders come by its pipe, a number goes back. */
static void play(int who)
{
	char order[64], verb[32], argument[32];

	for (;;) {
		int reply;

		if (read(actors[who].orders[0], order, sizeof(order)) != sizeof(order))
			_exit(0);
		verb[0] = argument[0] = 0;
		sscanf(order, "%31s %31s", verb, argument);
		if (!strcmp(verb, "pages")) {
			pages = atoi(argument);
			reply = 0;
		} else {
			reply = act(verb, argument);
		}
		if (write(actors[who].replies[1], &reply, sizeof(reply)) != sizeof(reply))
			_exit(0);
	}
}

/* ---- what the lab does ---- */

static int order(int who, const char *verb, const char *argument)
{
	struct pollfd answer = { .events = POLLIN };
	char text[64] = "";
	int reply;

	if (!actors[who].pid)
		return -ESRCH;
	snprintf(text, sizeof(text), "%s %s", verb, argument);
	if (write(actors[who].orders[1], text, sizeof(text)) != sizeof(text))
		return -errno;
	/* An actor that died, or hangs in the kernel, gives no answer. */
	answer.fd = actors[who].replies[0];
	if (poll(&answer, 1, PATIENCE_MS) != 1)
		return -ETIMEDOUT;
	if (read(actors[who].replies[0], &reply, sizeof(reply)) != sizeof(reply))
		return -EPIPE;
	return reply;
}

static int all_swapped(void)
{
	for (int i = 0; i < MOST_ACTORS; i++)
		for (int page = 0; actors[i].pid && page < pages; page++)
			if (!is_swapped(entry(i, page)))
				return 0;
	return 1;
}

/* A page that was used goes to the active list first, and a short list is not looked at again. */
static void forget_use(void)
{
	for (int i = 0; i < MOST_ACTORS; i++)
		if (actors[i].pid)
			forget_use_of(actors[i].pid);
}

/* Reclaim everything of the actors' memory cgroup. */
static int reclaim(void)
{
	for (int i = 0; i < 60 && !all_swapped(); i++) {
		push_batch();
		forget_use();
		put(GROUP "memory.high", "0");
		put(GROUP "memory.high", "max");
		/* A slow device may have pages of ours under writeback. */
		pause_us(i < 5 ? 0 : 20000);
	}
	return all_swapped() ? 0 : -EAGAIN;
}

static int merge(void)
{
	int merged = 0;

	put(KSM "pages_to_scan", "2000");
	put(KSM "sleep_millisecs", "5");
	put(KSM "run", "1");
	for (int i = 0; i < 1000 && !merged; i++) {
		merged = 1;
		for (int page = 0; page < pages; page++) {
			uint64_t pfn = entry(0, page) & ((1ULL << 55) - 1);

			/*
			 * 6.12 calls every anonymous page one of KSM, so that its frame
			 * is looked at too: all are alike.
			 */
			merged &= (word_of("/proc/kpageflags", pfn) >> 21 & 1) &&
				  pfn == (entry(0, 0) & ((1ULL << 55) - 1));
		}
		pause_us(10000);
	}
	put(KSM "run", "0");
	return merged ? 0 : -EAGAIN;
}

static int end_actor(int who)
{
	kill(actors[who].pid, SIGKILL);
	while (kill(actors[who].pid, 0) == 0)
		pause_us(1000);
	actors[who].pid = 0;
	return 0;
}

static int lab(const char *verb, const char *argument)
{
	if (!strcmp(verb, "reclaim"))
		return reclaim();
	if (!strcmp(verb, "wait"))
		return pause_us(atol(argument)), 0;
	if (!strcmp(verb, "merge"))
		return merge();
	if (!strcmp(verb, "unmerge"))
		return put(KSM "run", "2");
	if (!strcmp(verb, "swapoff"))
		return swapoff(device) ? -errno : 0;
	if (!strcmp(verb, "swapon"))
		return swapon(device, 0) ? -errno : 0;
	return -ENOSYS;
}

static int is_access(const char *verb)
{
	return !strncmp(verb, "load", 4) || !strcmp(verb, "store") || !strcmp(verb, "pin");
}

static int step(const char *line)
{
	char who[32] = "", verb[32] = "", argument[32] = "";
	int number, result;

	sscanf(line, "%31s %31s %31s", who, verb, argument);
	if (!strcmp(who, "lab")) {
		mark("swapin_step lab %s", verb);
		return lab(verb, argument);
	}
	for (number = 0; number < MOST_ACTORS; number++)
		if (!strcmp(who, names[number]))
			break;
	if (number == MOST_ACTORS)
		return -ENOSYS;
	if (!strcmp(verb, "exit"))
		return end_actor(number);
	if (!strcmp(verb, "map"))
		pages = atoi(argument);
	if (!strcmp(verb, "fork")) {
		result = order(number, verb, argument);
		for (int i = 0; result > 0 && i < MOST_ACTORS; i++)
			if (!strcmp(argument, names[i]))
				actors[i].pid = result;
		return result > 0 ? 0 : result;
	}
	mark("swapin_step %s %s pid=%d swap_count=%d", who, verb, actors[number].pid,
	     is_access(verb) ? swap_count(number, atoi(argument)) : -1);
	order(number, "pages", (snprintf(who, sizeof(who), "%d", pages), who));
	result = order(number, verb, argument);
	if (!result && is_access(verb)) {
		uint64_t now = entry(number, atoi(argument));
		uint64_t pfn = now & ((1ULL << 55) - 1);

		if (now >> 63 & 1)
			mark("swapin_after flags=0x%llx mapcount=%llu",
			     (unsigned long long)word_of("/proc/kpageflags", pfn),
			     (unsigned long long)word_of("/proc/kpagecount", pfn));
	}
	if (!result && !strcmp(verb, "page-out")) {
		/* The last pages may still be on their way to the LRU list. */
		for (int i = 0; i < 60 && !all_swapped(); i++) {
			pause_us(i < 5 ? 0 : 20000);
			order(number, verb, argument);
		}
		return all_swapped() ? 0 : -EAGAIN;
	}
	return result;
}

static void tell_trace(void)
{
	char line[1024];
	FILE *trace;

	put(TRACING "tracing_on", "0");
	trace = fopen(TRACING "trace", "r");
	while (trace && fgets(line, sizeof(line), trace))
		if (*line != '#' && (strstr(line, "swapin_") || strstr(line, "addr=0x20"))) {
			line[strcspn(line, "\n")] = 0;
			say("trace %s", line);
		}
	if (trace)
		fclose(trace);
}

/* For the reader of a failure: how the pages stood. */
static const char *where_pages_are(void)
{
	static char text[256];
	int at = 0;

	text[0] = 0;
	for (int i = 0; i < MOST_ACTORS; i++)
		for (int page = 0; actors[i].pid && page < pages && page < 4 && at < 200; page++) {
			uint64_t now = entry(i, page);
			uint64_t flags = word_of("/proc/kpageflags", now & ((1ULL << 55) - 1));

			at += snprintf(text + at, sizeof(text) - at, ", %s %d %s", names[i], page,
				       is_swapped(now) ? "swapped" : "here");
			if (now >> 63 & 1)
				at += snprintf(text + at, sizeof(text) - at, " %llx",
					       (unsigned long long)flags);
		}
	return text;
}

static void play_run(char steps[][96], int count)
{
	char group[32];
	pid_t pid;
	int i, failed = 0, trace;

	say("run %s", run_line);
	trace = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (trace >= 0)
		close(trace);
	put(TRACING "tracing_on", "1");
	for (i = 0; i < MOST_ACTORS; i++)
		if (pipe(actors[i].orders) || pipe(actors[i].replies))
			exit(1);
	pages = 0;
	pid = fork();
	if (!pid) {
		me = 0;
		play(0);
	}
	actors[0].pid = pid;
	snprintf(group, sizeof(group), "%d", pid);
	put(GROUP "cgroup.procs", group);
	for (i = 0; i < count && !failed; i++) {
		failed = step(steps[i]);
		if (failed)
			say("failed %s: %s%s", steps[i], strerror(-failed), where_pages_are());
	}
	for (i = MOST_ACTORS - 1; i >= 0; i--) {
		if (actors[i].pid)
			end_actor(i);
		close(actors[i].orders[0]);
		close(actors[i].orders[1]);
		close(actors[i].replies[0]);
		close(actors[i].replies[1]);
	}
	tell_trace();
	say("end");
}

int main(int count, char **words)
{
	static char steps[MOST_STEPS][96];
	char line[256];
	int known = 0;
	FILE *plan = count > 1 ? fopen(words[1], "r") : NULL;

	if (!plan) {
		say("no plan");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	/* Nobody waits for an actor; it is gone when it cannot be signalled. */
	signal(SIGCHLD, SIG_IGN);
	while (fgets(line, sizeof(line), plan)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "device ", 7)) {
			snprintf(device, sizeof(device), "%.127s", line + 7);
		} else if (!strncmp(line, "run ", 4)) {
			snprintf(run_line, sizeof(run_line), "%s", line + 4);
			known = 0;
		} else if (!strcmp(line, "end")) {
			play_run(steps, known);
		} else if (*line && known < MOST_STEPS) {
			snprintf(steps[known++], sizeof(steps[0]), "%.95s", line);
		}
	}
	return 0;
}
