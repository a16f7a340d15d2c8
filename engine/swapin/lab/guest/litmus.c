/*
 * The guest's program for litmus tests: plays each test many times, and counts how it ended.
 *
 *     litmus PLAN
 *
 * A plan is lines of words:
 *
 *     device PATH                      the swap device
 *     test NAME TRIES STABLE MASK      STABLE: the device requires stable writes; MASK: the bit of
 *                                      a swap PTE that marks it exclusive, 0 if there is none
 *     ask WORD                         marked or writable: what costs a fault at the end
 *     init PROCESS VERB [ARGUMENT]
 *     thread NAME                      the steps that follow are its
 *     step VERB [ARGUMENT]
 *     end                              plays the test
 *
 * A process of the test is a process here, and a thread a thread. Output: for each test a line
 * for each way in which it ended, "outcome COUNT ATOM...", with what held at the end; and lines
 * "failed COUNT WHY" for tries that could not be played.
 */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "common.h"

#define MOST_PROCESSES 3
#define MOST_THREADS 4
#define MOST_STEPS 16
#define MOST_REGISTERS 10
#define MOST_ENDS 256
#define NAMES (MOST_PROCESSES * 4)	/* P0, P0a, P0b, P0c, P1... */
#define PATIENCE_MS 10000
#define TWIN (BASE + 64 * PAGE)
#define HOLE (BASE + 128 * PAGE)
#define SEEN_FOR_SURE 40		/* attempts at what the kernel may do late */

#define REFUSED 1			/* what a step gives, beside 0 and errors */

#ifndef UFFDIO_MOVE
struct uffdio_move {
	__u64 dst, src, len, mode;
	__s64 move;
};
#define UFFDIO_MOVE _IOWR(UFFDIO, 5, struct uffdio_move)
#endif
#define FEATURE_MOVE (1 << 16)

/*
 * Numbers of /proc/kpageflags, by include/uapi/linux/kernel-page-flags.h and
 * include/linux/kernel-page-flags.h. PG_anon_exclusive is shown as the bit that it shares.
 */
enum { DIRTY = 4, WRITEBACK = 8, SWAPCACHE = 13, KSM_PAGE = 21, ANON_EXCLUSIVE = 34 };

enum mark { LEAK, STALE, TORN, PIN_LOST, REFERENCE_LOST, COPIED, REUSED, REFUSED_STEP, STOPPED };
static const char *const marks[] = { "leak", "stale", "torn", "pin-lost", "reference-lost",
				     "copied", "reused", "refused", "stopped" };

enum kind { NO_REFERENCE, PIPE, RING, READER };
enum asked { NOTHING, RECLAIM, MERGE };

struct step {
	char verb[24];
	char argument[8];
	int process;
};

struct thread {
	int name;			/* process * 4 + letter */
	int count;
	struct step steps[MOST_STEPS];
};

static struct {
	char name[64];
	long tries;
	int stable;
	unsigned long long mask;
	int ask_marked, ask_writable;
	int init_count, thread_count;
	struct step init[MOST_STEPS];
	struct thread threads[MOST_THREADS];
} test;

/* What all processes of a try see. */
static struct {
	struct {
		pid_t pid;
		char *where;
		uint64_t expected;	/* the word that the process is to find */
		unsigned inherited;	/* words up to this number are from before its fork */
		uint64_t frame;		/* of its page when it was last seen */
		enum kind kind;
		uint64_t held;		/* the frame that its reference is to; 0: no matter */
		int pinned;			/* it is a pin */
		int done, stuck;
	} process[MOST_PROCESSES];
	int registers[NAMES][MOST_REGISTERS];
	unsigned marks;
	unsigned words;			/* stored so far */
	int going, arrived;
	int asked;			/* an enum asked, and of which process << 4 */
	int answer;
} *shared;

static int orders[MOST_PROCESSES][2], replies[MOST_PROCESSES][2];
static char device[128];
static uint64_t chance = 88172645463325252ULL;

static void note(enum mark mark)
{
	__sync_fetch_and_or(&shared->marks, 1u << mark);
}

static uint64_t entry_at(int who, const char *where)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", shared->process[who].pid);
	return word_of(path, (uintptr_t)where / PAGE);
}

static uint64_t entry(int who)
{
	return entry_at(who, shared->process[who].where);
}

static int is_present(uint64_t entry)
{
	return entry >> 63 & 1;
}

static uint64_t frame_of(uint64_t entry)
{
	return is_present(entry) ? entry & ((1ULL << 55) - 1) : 0;
}

static int has_flag(uint64_t frame, int flag)
{
	return frame && (word_of("/proc/kpageflags", frame) >> flag & 1);
}

/* Remember where a process's page is, so that it can be watched while it has no PTE. */
static uint64_t remember(int who)
{
	uint64_t now = entry(who);

	if (frame_of(now))
		shared->process[who].frame = frame_of(now);
	return now;
}

static uint64_t any(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance;
}

/* Threads meet in other ways if they sometimes wait: not at all, a little, longer than a write. */
static void jitter(uint64_t *random)
{
	*random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
	unsigned draw = *random >> 33;

	if (draw % 10 < 5)
		return;
	if (draw % 10 < 8) {
		for (volatile unsigned i = 0; i < draw / 10 % 4000; i++)
			;
		return;
	}
	pause_us(draw / 10 % 8000);
}

/* ---- words: a value, who stored it, and a number that no other word has ---- */

static uint64_t word_for(int who, int value)
{
	unsigned number = __sync_add_and_fetch(&shared->words, 1);

	return (uint64_t)number << 24 | (uint64_t)(who + 1) << 16 | value;
}

/* Another process stored it after the fork. */
static int is_strangers(int who, uint64_t word)
{
	int writer = (int)(word >> 16 & 0xff) - 1;

	return writer >= 0 && writer != who && word >> 24 > shared->process[who].inherited;
}

static void judge(int who, uint64_t word)
{
	if (is_strangers(who, word))
		note(LEAK);
	else if (word != shared->process[who].expected)
		note(STALE);
}

static volatile uint64_t *place(int who)
{
	return (volatile uint64_t *)(shared->process[who].where + 8);
}

static int alone(int who)
{
	int threads = 0;

	for (int i = 0; i < test.thread_count; i++)
		threads += test.threads[i].name / 4 == who;
	return threads < 2;
}

static int map_page(char *where)
{
	char *got = mmap(where, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (got != where)
		return -errno;
	madvise(where, PAGE, MADV_NOHUGEPAGE);
	return 0;
}

/* ---- references ---- */

static int pipes[2] = { -1, -1 }, copies[2] = { -1, -1 };
static int ring = -1, file = -1;
static char *registered;
static struct io_uring_params ring_params;
static char *ring_memory;
static struct io_uring_sqe *ring_entries;

static int take_pipe(int who)
{
	struct iovec part = { (void *)place(who), 8 };

	if (pipe(pipes) || pipe(copies))
		return -errno;
	return vmsplice(pipes[1], &part, 1, 0) < 0 ? -errno : 0;
}

static int take_ring(int who)
{
	struct iovec part = { shared->process[who].where, PAGE };
	size_t size;

	memset(&ring_params, 0, sizeof(ring_params));
	ring = syscall(SYS_io_uring_setup, 2, &ring_params);
	file = syscall(SYS_memfd_create, "word", 0);
	if (ring < 0 || file < 0)
		return -errno;
	size = ring_params.sq_off.array + ring_params.sq_entries * sizeof(unsigned);
	if (size < ring_params.cq_off.cqes + ring_params.cq_entries * sizeof(struct io_uring_cqe))
		size = ring_params.cq_off.cqes +
		       ring_params.cq_entries * sizeof(struct io_uring_cqe);
	ring_memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
	ring_entries = mmap(NULL, ring_params.sq_entries * sizeof(struct io_uring_sqe),
			    PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (ring_memory == MAP_FAILED || (void *)ring_entries == MAP_FAILED)
		return -errno;
	registered = part.iov_base;
	return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &part, 1) ? -errno : 0;
}

/* The kernel moves a word between the pinned page and a file. */
static int through_ring(int operation)
{
	unsigned *tail = (unsigned *)(ring_memory + ring_params.sq_off.tail);
	unsigned *mask = (unsigned *)(ring_memory + ring_params.sq_off.ring_mask);
	unsigned *array = (unsigned *)(ring_memory + ring_params.sq_off.array);
	unsigned *head = (unsigned *)(ring_memory + ring_params.cq_off.head);
	unsigned *cq_mask = (unsigned *)(ring_memory + ring_params.cq_off.ring_mask);
	struct io_uring_cqe *done = (void *)(ring_memory + ring_params.cq_off.cqes);
	struct io_uring_sqe *entry = &ring_entries[*tail & *mask];
	int result;

	memset(entry, 0, sizeof(*entry));
	entry->opcode = operation;
	entry->fd = file;
	entry->addr = (uintptr_t)registered + 8;
	entry->len = 8;
	array[*tail & *mask] = *tail & *mask;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	result = done[*head & *cq_mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result == 8 ? 0 : result < 0 ? result : -EIO;
}

/*
 * A pin for reading: process_vm_readv() pins the page, and then waits to write the first bytes to
 * a place that is missing until userfaultfd fills it. The word is read after that.
 */
static int hole = -1;
static pthread_t reader;
static uint64_t read_late;

static void *read_slowly(void *from)
{
	struct iovec here[] = { { HOLE, 8 }, { &read_late, 8 } }, there = { from, 16 };

	return (void *)(long)(process_vm_readv(getpid(), here, 2, &there, 1, 0) == 16 ? 0 : -errno);
}

static int take_reader(int who)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register place_of = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct pollfd fault = { .events = POLLIN };

	if (map_page(HOLE))
		return -errno;
	hole = fault.fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	place_of.range.start = (uintptr_t)HOLE;
	place_of.range.len = PAGE;
	if (hole < 0 || ioctl(hole, UFFDIO_API, &api) || ioctl(hole, UFFDIO_REGISTER, &place_of))
		return -errno;
	if (pthread_create(&reader, NULL, read_slowly, shared->process[who].where))
		return -EAGAIN;
	return poll(&fault, 1, PATIENCE_MS) == 1 ? 0 : -ETIMEDOUT;
}

/* Whether what a process refers to is still the page that it sees. */
static void look_after(int who)
{
	uint64_t frame = frame_of(entry(who)), held = shared->process[who].held;

	if (held && frame && frame != held)
		note(shared->process[who].pinned ? PIN_LOST : REFERENCE_LOST);
}

/* Let it go on; the pin ends with it. */
static int end_reader(int who, uint64_t *word)
{
	static char page[PAGE];
	struct uffdio_copy how = { .dst = (uintptr_t)HOLE, .src = (uintptr_t)page, .len = PAGE };
	void *failed = NULL;

	look_after(who);
	if (ioctl(hole, UFFDIO_COPY, &how))
		return -errno;
	pthread_join(reader, &failed);
	close(hole);
	hole = -1;
	shared->process[who].kind = NO_REFERENCE;
	shared->process[who].held = 0;
	*word = read_late;
	return (int)(long)failed;
}

static void forget_references(void)
{
	int *all[] = { &pipes[0], &pipes[1], &copies[0], &copies[1], &ring, &file, &hole };

	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (*all[i] >= 0)
			close(*all[i]);
		*all[i] = -1;
	}
}

static int refer(int who, enum kind kind)
{
	int failed = kind == PIPE ? take_pipe(who) :
		     kind == RING ? take_ring(who) : take_reader(who);

	if (failed)
		return failed;
	shared->process[who].kind = kind;
	shared->process[who].held = frame_of(remember(who));
	shared->process[who].pinned = kind != PIPE;
	return 0;
}

static int read_reference(int who, uint64_t *word)
{
	int failed = -ESRCH;

	if (shared->process[who].kind == PIPE) {
		failed = tee(pipes[0], copies[1], 8, 0) == 8 ? 0 : -errno;
		if (!failed && read(copies[0], word, 8) != 8)
			failed = -EIO;
	} else if (shared->process[who].kind == RING) {
		failed = through_ring(IORING_OP_WRITE_FIXED);
		if (!failed && pread(file, word, 8, 0) != 8)
			failed = -EIO;
	} else if (shared->process[who].kind == READER) {
		failed = end_reader(who, word);
	}
	return failed;
}

static int write_reference(int who, int value)
{
	uint64_t word = word_for(who, value);

	if (shared->process[who].kind != RING)
		return -ESRCH;
	shared->process[who].expected = word;
	if (pwrite(file, &word, 8, 0) != 8)
		return -EIO;
	return through_ring(IORING_OP_READ_FIXED);
}

/* ---- userfaultfd ---- */

static int userfault = -1;

static void *watch(void *who)
{
	struct pollfd fault = { .fd = userfault, .events = POLLIN };

	if (poll(&fault, 1, -1) == 1 && fault.revents & POLLIN) {
		note(STOPPED);
		shared->process[(long)who].stuck = 1;
	}
	return NULL;
}

static int protect(int who, int on)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register place = { .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect how = { .mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0 };
	pthread_t watcher;

	place.range.start = how.range.start = (uintptr_t)shared->process[who].where;
	place.range.len = how.range.len = PAGE;
	if (userfault < 0) {
		userfault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
		if (userfault < 0 || ioctl(userfault, UFFDIO_API, &api) ||
		    ioctl(userfault, UFFDIO_REGISTER, &place))
			return -errno;
		if (pthread_create(&watcher, NULL, watch, (void *)(long)who))
			return -EAGAIN;
	}
	return ioctl(userfault, UFFDIO_WRITEPROTECT, &how) ? -errno : 0;
}

/* UFFDIO_MOVE to the next free place. */
static int move(int who)
{
	struct uffdio_api api = { .api = UFFD_API, .features = FEATURE_MOVE };
	struct uffdio_register place = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *from = shared->process[who].where, *to = from + 4 * PAGE;
	struct uffdio_move how = { .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = PAGE };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK), refused;

	if (fd < 0 || map_page(to))
		return -errno;
	place.range.start = (uintptr_t)to;
	place.range.len = PAGE;
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &place))
		return -errno;
	for (int i = 0; i < SEEN_FOR_SURE; i++) {
		refused = ioctl(fd, UFFDIO_MOVE, &how) ? errno : 0;
		if (refused != EAGAIN)
			break;
		how.move = 0;
		pause_us(1000);
	}
	close(fd);
	if (refused == EBUSY)
		return REFUSED;
	if (!refused)
		shared->process[who].where = to;
	return -refused;
}

/* ---- what moves pages ---- */

/* Pages wait in batches of each CPU before they can be reclaimed; this empties all of them. */
static void drain(void)
{
	static cpu_set_t everywhere;
	static char here[PAGE];
	void *page = here;
	int node = 0, status;

	if (!CPU_COUNT(&everywhere))
		sched_getaffinity(0, sizeof(everywhere), &everywhere);
	here[0] = 1;
	if (syscall(SYS_move_pages, 0, 1L, &page, &node, &status, 2) >= 0)
		return;
	/* No NUMA here: fill them up, one after the other. */
	for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		push_batch();
	}
	sched_setaffinity(0, sizeof(everywhere), &everywhere);
}

static int left_unwritten(int who)
{
	uint64_t frame = shared->process[who].frame;

	return shared->process[who].kind && has_flag(frame, SWAPCACHE) && has_flag(frame, DIRTY) &&
	       !has_flag(frame, WRITEBACK);
}

/* There is a reason why a page is not swapped out: a pin, or another process that maps it. */
static int is_held_fast(int who)
{
	uint64_t frame = shared->process[who].frame;

	for (int i = 0; i < MOST_PROCESSES; i++)
		if (shared->process[i].kind && shared->process[i].pinned &&
		    shared->process[i].held == frame)
			return 1;
	return word_of("/proc/kpagecount", frame) > 1;
}

static int page_out(int who)
{
	int attempts = SEEN_FOR_SURE;

	if (is_swapped(remember(who)))
		return 0;
	for (int i = 0; i < attempts; i++) {
		if (madvise(shared->process[who].where, PAGE, MADV_PAGEOUT))
			return -errno;
		if (is_swapped(remember(who)))
			return left_unwritten(who) ? REFUSED : 0;
		if (shared->going && !alone(who))
			/* Another thread may have brought it back already. */
			return 0;
		pause_us(i < 5 ? 0 : 1000);
	}
	return is_held_fast(who) ? REFUSED : -EAGAIN;
}

static int some_mapped(void)
{
	int mapped = 0;

	for (int i = 0; i < MOST_PROCESSES; i++)
		if (shared->process[i].pid)
			mapped |= is_present(remember(i));
	return mapped;
}

static void squeeze(void)
{
	put(GROUP "memory.high", "0");
	put(GROUP "memory.high", "max");
}

static int reclaim(void)
{
	for (int i = 0; some_mapped(); i++) {
		if (i == SEEN_FOR_SURE)
			return REFUSED;
		push_batch();
		drain();
		for (int j = 0; j < MOST_PROCESSES; j++)
			if (shared->process[j].pid)
				forget_use_of(shared->process[j].pid);
		squeeze();
		pause_us(i < 5 ? 0 : 2000);
	}
	return 0;
}

/* Whether the page is its twin's too: 6.12 calls every anonymous page one of KSM. */
static int is_merged(int who)
{
	uint64_t frame = frame_of(remember(who));

	return has_flag(frame, KSM_PAGE) && frame == frame_of(entry_at(who, TWIN));
}

static int merge(int who)
{
	int merged = 0;

	put(KSM "pages_to_scan", "2000");
	put(KSM "sleep_millisecs", "1");
	put(KSM "run", "1");
	for (int i = 0; i < 120 && !merged; i++) {
		pause_us(5000);
		merged = is_merged(who);
	}
	put(KSM "run", "0");
	return merged ? 0 : REFUSED;
}

/* Another page with the same contents, for KSM to find. */
static int offer_twin(int who)
{
	char *page = shared->process[who].where, *twin = TWIN;

	if (map_page(twin))
		return -errno;
	memcpy(twin, page, PAGE);
	return madvise(twin, PAGE, MADV_MERGEABLE) || madvise(page, PAGE, MADV_MERGEABLE) ?
		       -errno : 0;
}

static int migrate(int who)
{
	void *page = shared->process[who].where;
	int now = -1, node, status = -1;

	if (syscall(SYS_move_pages, 0, 1L, &page, NULL, &now, 0) || now < 0)
		return now < 0 ? now : -errno;
	node = !now;
	for (int i = 0; i < 5; i++) {
		long left = syscall(SYS_move_pages, 0, 1L, &page, &node, &status, 2);

		if (left < 0)
			return -errno;
		/* Older kernels give no number of pages that did not move, newer ones no status. */
		if (!left && status == node)
			return 0;
		pause_us(1000);
	}
	return REFUSED;
}

static int remap(int who)
{
	char *from = shared->process[who].where, *to = from + 4 * PAGE;

	if (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return -errno;
	shared->process[who].where = to;
	return 0;
}

static int written_back(int who)
{
	for (int i = 0; has_flag(shared->process[who].frame, WRITEBACK); i++) {
		if (i == 5000)
			return -ETIMEDOUT;
		pause_us(200);
	}
	return 0;
}

/* A thread has the lab do what must not be done from inside the memory cgroup. */
static int by_lab(enum asked what, int who)
{
	int asked = what | who << 4;

	while (!__sync_bool_compare_and_swap(&shared->asked, NOTHING, asked))
		pause_us(50);
	while (__atomic_load_n(&shared->asked, __ATOMIC_ACQUIRE) == asked)
		pause_us(50);
	return shared->answer;
}

static int done_by_lab(int asked)
{
	return (asked & 15) == RECLAIM ? reclaim() : merge(asked >> 4);
}

/* ---- steps ---- */

static int store(int who, int value)
{
	uint64_t before = remember(who), word = word_for(who, value), now;

	if (!before && !shared->going)
		/* Neither zeroes nor one word all over: those are stored without a write. */
		for (int i = 0; i < PAGE; i += 4)
			*(uint32_t *)(shared->process[who].where + i) = (i % 64 + 1) * 2654435761u;
	shared->process[who].expected = word;
	*place(who) = word;
	now = remember(who);
	if (test.stable && has_flag(frame_of(now), WRITEBACK) && entry(who) == now)
		note(TORN);
	return 0;
}

static void load_into(int *where, int who)
{
	uint64_t word = *place(who);

	if (alone(who))
		judge(who, word);
	remember(who);
	*where = word & 0xffff;
}

static void live(int who);

static int fork_off(int who, int child)
{
	pid_t pid;

	shared->process[child].expected = shared->process[who].expected;
	shared->process[child].where = shared->process[who].where;
	shared->process[child].frame = shared->process[who].frame;
	pid = fork();
	if (!pid) {
		/* What the parent holds is not the child's. */
		forget_references();
		shared->process[child].inherited = shared->words;
		live(child);
	}
	if (pid < 0)
		return -errno;
	shared->process[child].pid = pid;
	return 0;
}

static int act(int name, const struct step *step)
{
	int who = name / 4, number = atoi(step->argument + !!*step->argument);
	const char *verb = step->verb;
	int *reg = &shared->registers[name][number % MOST_REGISTERS];
	uint64_t word;
	int failed;

	if (!strcmp(verb, "store"))
		return store(who, atoi(step->argument));
	if (!strcmp(verb, "load"))
		return load_into(reg, who), 0;
	if (!strcmp(verb, "fork"))
		return fork_off(who, number);
	if (!strcmp(verb, "unmap")) {
		shared->process[who].held = 0;
		shared->process[who].expected = 0;
		return map_page(shared->process[who].where);
	}
	if (!strcmp(verb, "page-out"))
		return page_out(who);
	if (!strcmp(verb, "swapoff"))
		return swapoff(device) ? -errno : 0;
	if (!strcmp(verb, "swapon"))
		return swapon(device, 0) ? -errno : 0;
	if (!strcmp(verb, "get-read"))
		return refer(who, PIPE);
	if (!strcmp(verb, "pin-write"))
		return refer(who, RING);
	if (!strcmp(verb, "pin-read"))
		return refer(who, READER);
	if (!strcmp(verb, "release")) {
		failed = shared->process[who].kind == READER ? end_reader(who, &word) : 0;
		forget_references();
		shared->process[who].kind = NO_REFERENCE;
		shared->process[who].held = 0;
		return failed;
	}
	if (!strcmp(verb, "read-reference")) {
		failed = read_reference(who, &word);
		if (!failed) {
			if (is_strangers(who, word))
				note(LEAK);
			*reg = word & 0xffff;
		}
		return failed;
	}
	if (!strcmp(verb, "write-reference"))
		return write_reference(who, atoi(step->argument));
	if (!strcmp(verb, "unmerge"))
		return madvise(shared->process[who].where, PAGE, MADV_UNMERGEABLE) ? -errno : 0;
	if (!strcmp(verb, "migrate"))
		return migrate(who);
	if (!strcmp(verb, "move"))
		return move(who);
	if (!strcmp(verb, "mremap"))
		return remap(who);
	if (!strcmp(verb, "write-protect") || !strcmp(verb, "unprotect"))
		return protect(who, *verb == 'w');
	if (!strcmp(verb, "clear-soft-dirty"))
		return put("/proc/self/clear_refs", "4");
	if (!strcmp(verb, "written-back"))
		return written_back(who);
	if (!strcmp(verb, "offer-twin"))
		return offer_twin(who);
	return -ENOSYS;
}

static void *run_thread(void *which)
{
	const struct thread *thread = which;
	int who = thread->name / 4;
	uint64_t random = (uint64_t)getpid() * 7919 + thread->name;

	for (int i = 0; i < thread->count; i++) {
		const struct step *step = &thread->steps[i];
		int failed;

		jitter(&random);
		if (!strcmp(step->verb, "exit")) {
			__atomic_store_n(&shared->process[who].done, 1, __ATOMIC_RELEASE);
			_exit(0);
		}
		if (!strcmp(step->verb, "reclaim"))
			failed = by_lab(RECLAIM, who);
		else if (!strcmp(step->verb, "merge"))
			failed = (failed = offer_twin(who)) ? failed : by_lab(MERGE, who);
		else
			failed = act(thread->name, step);
		if (failed == REFUSED)
			note(REFUSED_STEP);
		else if (failed)
			return (void *)(long)failed;
	}
	return NULL;
}

static int run_threads(int who)
{
	pthread_t threads[MOST_THREADS];
	int started = 0, failed = 0;

	for (int i = 0; i < test.thread_count; i++)
		if (test.threads[i].name / 4 == who)
			if (!pthread_create(&threads[started], NULL, run_thread, &test.threads[i]))
				started++;
	for (int i = 0; i < started; i++) {
		void *result = NULL;

		pthread_join(threads[i], &result);
		failed = result ? (int)(long)result : failed;
	}
	__atomic_store_n(&shared->process[who].done, failed ? failed : 1, __ATOMIC_RELEASE);
	return failed;
}

/* One store, and whether it took a fault. */
static int writable(int who)
{
	struct rusage before, after;

	/* What is called here has been called once, so that it takes no fault of its own. */
	getrusage(RUSAGE_SELF, &before);
	getrusage(RUSAGE_SELF, &after);
	getrusage(RUSAGE_SELF, &before);
	*place(who) = shared->process[who].expected;
	getrusage(RUSAGE_SELF, &after);
	return before.ru_minflt == after.ru_minflt && before.ru_majflt == after.ru_majflt;
}

/* A process's life: orders come by its pipe, a number goes back. */
static void live(int who)
{
	struct step order;
	uint64_t word;
	int reply;

	if (shared->going)
		run_threads(who);
	while (read(orders[who][0], &order, sizeof(order)) == sizeof(order)) {
		if (!strcmp(order.verb, "go")) {
			reply = 0;
		} else if (!strcmp(order.verb, "writable")) {
			reply = writable(who);
		} else if (!strcmp(order.verb, "peek")) {
			reply = read_reference(who, &word);
			if (!reply && is_strangers(who, word))
				note(LEAK);
		} else {
			reply = act(who * 4, &order);
		}
		if (write(replies[who][1], &reply, sizeof(reply)) != sizeof(reply))
			break;
		if (!strcmp(order.verb, "go")) {
			__sync_fetch_and_add(&shared->arrived, 1);
			while (!__atomic_load_n(&shared->going, __ATOMIC_ACQUIRE))
				sched_yield();
			run_threads(who);
		}
	}
	_exit(0);
}

/* ---- the lab ---- */

static int order(int who, const char *verb, const char *argument)
{
	struct pollfd answer = { .fd = replies[who][0], .events = POLLIN };
	struct step text = { .process = who };
	int reply;

	if (!shared->process[who].pid)
		return -ESRCH;
	snprintf(text.verb, sizeof(text.verb), "%s", verb);
	snprintf(text.argument, sizeof(text.argument), "%s", argument);
	if (write(orders[who][1], &text, sizeof(text)) != sizeof(text))
		return -errno;
	if (poll(&answer, 1, PATIENCE_MS) != 1)
		return -ETIMEDOUT;
	if (read(replies[who][0], &reply, sizeof(reply)) != sizeof(reply))
		return -EPIPE;
	return reply;
}

static void end_process(int who)
{
	pid_t pid = shared->process[who].pid;

	if (!pid)
		return;
	kill(pid, SIGKILL);
	while (kill(pid, 0) == 0)
		pause_us(200);
	shared->process[who].pid = 0;
}

static int begin(const struct step *step)
{
	int failed, who = step->process;

	if (!strcmp(step->verb, "exit"))
		return end_process(who), 0;
	if (!strcmp(step->verb, "reclaim"))
		return reclaim();
	if (!strcmp(step->verb, "merge")) {
		failed = order(who, "offer-twin", "");
		return failed ? failed : merge(who);
	}
	if (!strcmp(step->verb, "page-out"))
		drain();
	return order(who, step->verb, step->argument);
}

static int has_thread(int who)
{
	for (int i = 0; i < test.thread_count; i++)
		if (test.threads[i].name / 4 == who)
			return 1;
	return 0;
}

static int all_done(int *failed)
{
	for (int i = 0; i < MOST_PROCESSES; i++) {
		int done = __atomic_load_n(&shared->process[i].done, __ATOMIC_ACQUIRE);

		if (!shared->process[i].pid || !has_thread(i) || shared->process[i].stuck)
			continue;
		if (!done)
			return 0;
		if (done < 0)
			*failed = done;
	}
	return 1;
}

static int play_threads(void)
{
	int waiting = 0, failed = 0;

	drain();
	/* What is only in the swap cache may be freed by reclaim before anybody comes for it. */
	if (any() % 2 && !some_mapped())
		squeeze();
	for (int i = 0; i < MOST_PROCESSES; i++)
		if (shared->process[i].pid && has_thread(i)) {
			failed = order(i, "go", "");
			if (failed)
				return failed;
			waiting++;
		}
	while (__atomic_load_n(&shared->arrived, __ATOMIC_ACQUIRE) < waiting)
		sched_yield();
	__atomic_store_n(&shared->going, 1, __ATOMIC_RELEASE);
	for (int i = 0; !all_done(&failed); i++) {
		int asked = __atomic_load_n(&shared->asked, __ATOMIC_ACQUIRE);

		if (asked) {
			shared->answer = done_by_lab(asked);
			__atomic_store_n(&shared->asked, NOTHING, __ATOMIC_RELEASE);
		}
		if (i == 50000)
			return -ETIMEDOUT;
		pause_us(i < 20 ? 50 : 200);
	}
	__atomic_store_n(&shared->going, 0, __ATOMIC_RELEASE);
	return failed;
}

/*
 * Copies and reuses: a write-protect fault that maps a new page has copied; else it has reused.
 * Gives the last swap PTE that a fault found.
 */
static unsigned long long read_trace(int judge_writes)
{
	char line[1024];
	unsigned long long found = 0;
	int waiting = 0, process = 0;
	FILE *trace;

	put(TRACING "tracing_on", "0");
	trace = fopen(TRACING "trace", "r");
	while (trace && fgets(line, sizeof(line), trace)) {
		const char *pid = strrchr(line, '[');
		char *pte = strstr(line, " pte=");
		int whose;

		if (*line == '#' || !pid || !strstr(line, "addr=0x20"))
			continue;
		while (pid > line && pid[-1] == ' ')
			pid--;
		while (pid > line && pid[-1] >= '0' && pid[-1] <= '9')
			pid--;
		whose = atoi(pid);
		if (strstr(line, " fault: ") && pte)
			found = strtoull(pte + 5, NULL, 16);
		if (!judge_writes)
			continue;
		if (strstr(line, " new_anon_rmap: ") && waiting && process == whose) {
			note(COPIED);
			waiting = 0;
		} else if (strstr(line, " wp: ")) {
			if (waiting)
				note(REUSED);
			waiting = 1;
			process = whose;
		}
	}
	if (waiting)
		note(REUSED);
	if (trace)
		fclose(trace);
	return found;
}

static void clear_trace(void)
{
	int trace = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (trace >= 0)
		close(trace);
	put(TRACING "tracing_on", "1");
}

static void append(char *text, size_t room, const char *format, ...)
{
	size_t used = strlen(text);
	va_list list;

	va_start(list, format);
	vsnprintf(text + used, room - used, format, list);
	va_end(list);
}

static void tell_end(char *text, size_t room)
{
	text[0] = 0;
	for (int name = 0; name < NAMES; name++)
		for (int i = 0; i < MOST_REGISTERS; i++)
			if (shared->registers[name][i] >= 0) {
				char letter[2] = { name % 4 ? 'a' + name % 4 - 1 : 0, 0 };

				append(text, room, " P%d%s:r%d=%d", name / 4, letter, i,
				       shared->registers[name][i]);
			}
	read_trace(1);
	for (int i = 0; i < MOST_PROCESSES; i++) {
		uint64_t now;

		if (!shared->process[i].pid || kill(shared->process[i].pid, 0))
			continue;
		now = entry(i);
		if (is_present(now))
			append(text, room, " P%d:mapped", i);
		if (is_present(now) && has_flag(frame_of(now), ANON_EXCLUSIVE))
			append(text, room, " P%d:exclusive", i);
		if (shared->process[i].stuck)
			continue;
		if (is_present(now) && test.ask_writable && order(i, "writable", "") == 1)
			append(text, room, " P%d:writable", i);
		if (is_swapped(now) && test.ask_marked) {
			clear_trace();
			order(i, "load", "r9");
			if (read_trace(0) & test.mask)
				append(text, room, " P%d:marked", i);
		}
	}
	/* The last look brings pages in, so it comes last. */
	for (int i = 0; i < MOST_PROCESSES; i++) {
		struct iovec here, there;
		uint64_t word = 0;

		if (!shared->process[i].pid || kill(shared->process[i].pid, 0) ||
		    shared->process[i].stuck)
			continue;
		here = (struct iovec){ &word, 8 };
		there = (struct iovec){ (void *)place(i), 8 };
		if (entry(i) && alone(i) &&
		    process_vm_readv(shared->process[i].pid, &here, 1, &there, 1, 0) == 8)
			judge(i, word);
		look_after(i);
		if (shared->process[i].kind)
			order(i, "peek", "");
	}
	if (shared->marks & 1u << STOPPED)
		shared->marks &= ~(1u << REUSED);
	for (unsigned i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (shared->marks >> i & 1)
			append(text, room, " %s", marks[i]);
}

static void swap_again(void)
{
	char line[256];
	int on = 0;
	FILE *swaps = fopen("/proc/swaps", "r");

	while (swaps && fgets(line, sizeof(line), swaps))
		on |= !strncmp(line, device, strlen(device));
	if (swaps)
		fclose(swaps);
	if (!on)
		swapon(device, 0);
}

/* Play a test once; how it ended, or why it could not be played. */
static int play(char *text, size_t room)
{
	char group[32];
	int failed = 0;
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	memset(shared->registers, 0xff, sizeof(shared->registers));
	swap_again();
	for (int i = 0; i < MOST_PROCESSES; i++)
		if (pipe(orders[i]) || pipe(replies[i]))
			exit(1);
	shared->process[0].where = BASE;
	clear_trace();
	pid = fork();
	if (!pid) {
		if (map_page(BASE))
			_exit(1);
		live(0);
	}
	shared->process[0].pid = pid;
	snprintf(group, sizeof(group), "%d", pid);
	put(GROUP "cgroup.procs", group);
	for (int i = 0; i < test.init_count && !failed; i++) {
		failed = begin(&test.init[i]);
		if (failed == REFUSED) {
			note(REFUSED_STEP);
			failed = 0;
		} else if (failed) {
			snprintf(text, room, "init %s: %s", test.init[i].verb, strerror(-failed));
		}
	}
	if (!failed) {
		failed = play_threads();
		if (failed)
			snprintf(text, room, "threads: %s", strerror(-failed));
	}
	if (!failed)
		tell_end(text, room);
	for (int i = MOST_PROCESSES - 1; i >= 0; i--) {
		end_process(i);
		close(orders[i][0]);
		close(orders[i][1]);
		close(replies[i][0]);
		close(replies[i][1]);
	}
	return failed;
}

static void play_test(void)
{
	static struct {
		char text[512];
		long count;
		int failed;
	} ends[MOST_ENDS];
	int known = 0;

	say("litmus %s", test.name);
	for (long i = 0; i < test.tries; i++) {
		char text[512];
		int failed = play(text, sizeof(text)), at = 0;

		while (at < known && strcmp(ends[at].text, text))
			at++;
		if (at == known && known < MOST_ENDS) {
			snprintf(ends[known].text, sizeof(ends[0].text), "%s", text);
			ends[known].count = 0;
			ends[known++].failed = !!failed;
		}
		if (at < MOST_ENDS)
			ends[at].count++;
		if (i % 100 == 99)
			say("tried %ld", i + 1);
		/* A test that cannot be played at all takes no more time. */
		if (i == 9 && known == 1 && ends[0].failed)
			break;
	}
	for (int i = 0; i < known; i++)
		say("%s %ld%s%s", ends[i].failed ? "failed" : "outcome", ends[i].count,
		    ends[i].failed ? " " : "", ends[i].text);
	say("end");
}

static void read_step(struct step *step, const char *line, int with_process)
{
	char process[8] = "P0";

	memset(step, 0, sizeof(*step));
	if (with_process)
		sscanf(line, "%7s %23s %7s", process, step->verb, step->argument);
	else
		sscanf(line, "%23s %7s", step->verb, step->argument);
	step->process = process[1] - '0';
}

int main(int count, char **words)
{
	char line[256];
	FILE *plan = count > 1 ? fopen(words[1], "r") : NULL;
	struct thread *thread = NULL;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (!plan || (void *)shared == MAP_FAILED) {
		say("no plan");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	while (fgets(line, sizeof(line), plan)) {
		char word[16] = "", *rest = line;

		line[strcspn(line, "\n")] = 0;
		sscanf(line, "%15s", word);
		rest += strlen(word);
		if (!strcmp(word, "device")) {
			snprintf(device, sizeof(device), "%.127s", rest + 1);
		} else if (!strcmp(word, "test")) {
			memset(&test, 0, sizeof(test));
			sscanf(rest, "%63s %ld %d %llx", test.name, &test.tries, &test.stable,
			       &test.mask);
		} else if (!strcmp(word, "ask")) {
			test.ask_marked |= !!strstr(rest, "marked");
			test.ask_writable |= !!strstr(rest, "writable");
		} else if (!strcmp(word, "init") && test.init_count < MOST_STEPS) {
			read_step(&test.init[test.init_count++], rest, 1);
		} else if (!strcmp(word, "thread") && test.thread_count < MOST_THREADS) {
			char name[8] = "";

			sscanf(rest, "%7s", name);
			thread = &test.threads[test.thread_count++];
			thread->name = (name[1] - '0') * 4 + (name[2] ? name[2] - 'a' + 1 : 0);
		} else if (!strcmp(word, "step") && thread && thread->count < MOST_STEPS) {
			read_step(&thread->steps[thread->count++], rest, 0);
		} else if (!strcmp(word, "end")) {
			play_test();
			thread = NULL;
		}
	}
	return 0;
}
