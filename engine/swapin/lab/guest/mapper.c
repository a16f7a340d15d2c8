/*
 * Make a device-mapper device without dmsetup.
 *
 *     mapper NAME SECTORS TARGET PARAMETERS…     makes it, and prints its number as MAJOR:MINOR
 *     mapper remove NAME
 */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

static union {
	struct dm_ioctl head;
	char room[4096];
} call;

static void prepare(const char *name)
{
	memset(&call, 0, sizeof(call));
	call.head.version[0] = DM_VERSION_MAJOR;
	call.head.data_size = sizeof(call);
	call.head.data_start = sizeof(call.head);
	snprintf(call.head.name, sizeof(call.head.name), "%s", name);
}

static void ask(int control, unsigned long what)
{
	if (ioctl(control, what, &call)) {
		perror("device mapper");
		exit(1);
	}
}

int main(int count, char **words)
{
	struct dm_target_spec *target = (void *)(call.room + sizeof(call.head));
	char *text = (char *)(target + 1);
	int control = open("/dev/mapper/control", O_RDWR);

	if (count == 3 && !strcmp(words[1], "remove") && control >= 0) {
		prepare(words[2]);
		ask(control, DM_DEV_REMOVE);
		return 0;
	}
	if (count < 4 || control < 0) {
		perror("/dev/mapper/control");
		return 1;
	}
	prepare(words[1]);
	ask(control, DM_DEV_CREATE);
	prepare(words[1]);
	call.head.target_count = 1;
	target->length = strtoull(words[2], NULL, 10);
	snprintf(target->target_type, sizeof(target->target_type), "%s", words[3]);
	for (int i = 4; i < count; i++) {
		strcat(text, words[i]);
		strcat(text, " ");
	}
	ask(control, DM_TABLE_LOAD);
	prepare(words[1]);
	ask(control, DM_DEV_SUSPEND);
	printf("%u:%u\n", major(call.head.dev), minor(call.head.dev));
	return 0;
}
