/*
 * What the guest's programs share: lines for the console, files of the kernel, pages.
 */
#ifndef SWAPIN_COMMON_H
#define SWAPIN_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define TRACING "/sys/kernel/tracing/"
#define KSM "/sys/kernel/mm/ksm/"
#define GROUP "/sys/fs/cgroup/swapin/"
#define BASE ((char *)0x20000000)

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static inline void say(const char *format, ...)
{
	va_list list;

	fputs("@@ ", stdout);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

static inline int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return -errno;
	failed = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return failed;
}

static inline void mark(const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	put(TRACING "trace_marker", text);
}

static inline void pause_us(long us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static inline uint64_t word_of(const char *path, uint64_t number)
{
	uint64_t word = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (pread(fd, &word, sizeof(word), number * sizeof(word)) != sizeof(word))
			word = 0;
		close(fd);
	}
	return word;
}

static inline int is_swapped(uint64_t entry)
{
	return entry >> 62 & 1;
}

/* New pages wait in a batch before they are on an LRU list, where reclaim looks: fill it up. */
static inline void push_batch(void)
{
	size_t size = 64 * PAGE;
	char *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return;
	madvise(room, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += PAGE)
		room[i] = 1;
	munmap(room, size);
}

/* Clear the bits that say that a process has used its pages. */
static inline void forget_use_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/clear_refs", pid);
	put(path, "1");
}

#endif
