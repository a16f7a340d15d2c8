/* Brings pages into known states of swap, says where they are, and stops itself; continued, it
 * uses them and says what the kernel did.
 *
 *     holder load|store
 *
 * A load is followed by a store. The swap device is the device-mapper device `held`. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* linux/kernel-page-flags.h has no name for it: KPF_ANON_EXCLUSIVE of the kernel's own header. */
#define ANON_EXCLUSIVE 34
#define FRAME ((1ull << 55) - 1)

static char *page(void)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* No two pages alike, and none of zeros: each is written to the device. */
	for (int i = 0; i < 4096; i++)
		at[i] = rand() | 1;
	return at;
}

static void out(char *at)
{
	madvise(at, 4096, MADV_PAGEOUT);
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	/* Less is there than is asked for, and that is an error. */
	if (fd < 0 || (write(fd, text, strlen(text)) < 0 && errno != EAGAIN))
		printf("@@ refused %s\n", file);
	close(fd);
}

/* A device that is suspended keeps what is written to it for later, for as long as is wanted. */
static void device(const char *suspend_or_resume)
{
	char command[64];

	snprintf(command, sizeof(command), "dmsetup %s held", suspend_or_resume);
	if (system(command))
		printf("@@ refused %s\n", command);
}

static uint64_t number(const char *file, uint64_t at)
{
	uint64_t value = 0;
	int fd = open(file, O_RDONLY);

	if (pread(fd, &value, 8, at * 8) != 8)
		printf("@@ refused %s\n", file);
	close(fd);
	return value;
}

static uint64_t entry(const char *at)
{
	return number("/proc/self/pagemap", (uintptr_t)at / 4096);
}

static void say(const char *name, char *at)
{
	printf("@@ page %s %d %#lx %#lx\n", name, getpid(), (unsigned long)at, entry(at));
}

static void load(const char *name, volatile char *at)
{
	char seen = *at;
	uint64_t flags = number("/proc/kpageflags", entry((char *)at) & FRAME);

	(void)seen;
	printf("@@ loaded %s %d\n", name, (int)(flags >> ANON_EXCLUSIVE & 1));
}

static void store(const char *name, volatile char *at)
{
	uint64_t before = entry((char *)at);

	*at = 1;
	printf("@@ stored %s %d\n", name, (entry((char *)at) & FRAME) != (before & FRAME));
}

static void use(const char *name, char *at, int loads)
{
	if (loads)
		load(name, at);
	store(name, at);
}

int main(int argc, char **argv)
{
	char *cold, *forked, *fixed, *cached, *writing, *present, *zero;
	int loads = argc > 1 && !strcmp(argv[1], "load");
	pid_t child;

	/* The program's own pages stay where they are. */
	mlockall(MCL_CURRENT);
	cold = page();
	forked = page();
	fixed = page();

	madvise(cold, 4096, MADV_DONTFORK);
	madvise(fixed, 4096, MADV_DONTFORK);
	mprotect(fixed, 4096, PROT_READ);
	out(cold);
	out(forked);
	out(fixed);
	/* What has been written leaves the swap cache. */
	for (int i = 0; i < 2; i++) {
		sleep(1);
		put("/sys/fs/cgroup/held/memory.reclaim", "4M");
	}
	child = fork();
	if (!child)
		for (;;)
			pause();
	cached = page();
	device("suspend");
	out(cached);
	device("resume");
	/* Writeback ends, and nobody takes the page out of the swap cache. */
	sleep(1);
	present = page();
	zero = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	writing = page();
	device("suspend");
	out(writing);
	say("cold", cold);
	say("forked", forked);
	say("fixed", fixed);
	say("cached", cached);
	say("writing", writing);
	say("present", present);
	say("zero", zero);
	say("nowhere", (char *)0x1000);
	printf("@@ held\n");
	fflush(stdout);
	raise(SIGSTOP);

	use("writing", writing, loads);
	device("resume");
	use("cached", cached, loads);
	use("cold", cold, loads);
	use("forked", forked, loads);
	load("fixed", fixed);
	fflush(stdout);
	kill(child, SIGKILL);
	return 0;
}
