/* Brings pages into known states of swap, says where they are, and holds still. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s refuses %s\n", file, text);
	close(fd);
}

/* The device takes three seconds for each request. */
static void settled(void)
{
	sleep(5);
}

static void say(const char *name, char *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (pread(fd, &entry, 8, (uintptr_t)at / 4096 * 8) != 8)
		entry = 0;
	close(fd);
	printf("@@ page %s %d %#lx %#lx\n", name, getpid(), (unsigned long)at, (unsigned long)entry);
}

int main(void)
{
	char *cold, *forked, *fixed, *cached, *writing, *present, *zero;

	/* The program's own pages stay, or it would wait for the device too. */
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
	settled();
	/* What has been written leaves the swap cache. */
	put("/sys/fs/cgroup/held/memory.reclaim", "4M");
	settled();
	put("/sys/fs/cgroup/held/memory.reclaim", "4M");
	settled();
	if (!fork())
		pause();
	cached = page();
	out(cached);
	settled();
	present = page();
	zero = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	writing = page();
	out(writing);
	say("writing", writing);
	say("cold", cold);
	say("forked", forked);
	say("fixed", fixed);
	say("cached", cached);
	say("present", present);
	say("zero", zero);
	say("nowhere", (char *)0x1000);
	printf("@@ held\n");
	fflush(stdout);
	sleep(3600);
	return 0;
}
