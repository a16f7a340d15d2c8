"""Test devices that a recipe can make: how each is made and unmade, as shell.

Each ``make`` sets ``dev`` to the block device that it made and ``queue`` to its queue in sysfs,
and calls ``undo`` with a command for each thing that it did, right after it did it. Commands go
through ``run``, so that a dry run shows them. ``$name`` is unique to the run of the script.
"""

from __future__ import annotations

from dataclasses import dataclass

_MEGABYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A kind of test device."""

    name: str
    """As a person asks for it."""
    backend: str
    """The backend preset that it is, or the stack of them, top first."""
    about: str
    """What it is good for, in a line."""
    slow: bool
    """Its writes last as long as the recipe wants, so that one thread can fault meanwhile."""
    stable: bool
    """It requires stable writes of itself; others are told to by ``queue/stable_writes``."""
    tools: tuple[str, ...]
    """Programs beside the shell, ``modprobe``, ``mkswap`` and ``swapon`` that it needs."""
    make: str


_LOOP = f"""\
    run mkdir -p "/run/$name"
    undo rmdir "/run/$name"
    run mount -t tmpfs -o size={_MEGABYTES + 16}m "$name" "/run/$name"
    undo umount "/run/$name"
    run truncate -s {_MEGABYTES}M "/run/$name/image"
    loaded loop || run modprobe loop
    loop=$(ask losetup -f --show "/run/$name/image")
    undo losetup -d "$loop"
"""

DEVICES = {
    device.name: device
    for device in (
        Device(
            name="null_blk",
            backend="null_blk",
            about="memory backed, completes by a timer: the write lasts as long as wanted",
            slow=True,
            stable=False,
            tools=(),
            make=f"""\
    loaded null_blk || run modprobe null_blk nr_devices=0
    config=/sys/kernel/config/nullb
    there "$config" || run mount -t configfs none /sys/kernel/config
    run mkdir "$config/$name"
    undo rmdir "$config/$name"
    set_to 1 "$config/$name/memory_backed"
    set_to {_MEGABYTES} "$config/$name/size"
    set_to 2 "$config/$name/irqmode"
    set_to "$((slow_ms * 1000000))" "$config/$name/completion_nsec"
    set_to 1 "$config/$name/power"
    undo set_to 0 "$config/$name/power"
    index=$(ask cat "$config/$name/index")
    dev=/dev/nullb$index
    if there "/dev/$name"; then dev=/dev/$name; fi
""",
        ),
        Device(
            name="loop",
            backend="loop",
            about="a loop device over a file in tmpfs: asynchronous and quick",
            slow=False,
            stable=False,
            tools=("losetup", "truncate"),
            make=f"""\
{_LOOP}    dev=$loop
""",
        ),
        Device(
            name="dm-delay",
            backend="dm-linear/loop",
            about="a delayed loop device: the write lasts as long as wanted",
            slow=True,
            stable=False,
            tools=("losetup", "truncate", "dmsetup", "blockdev"),
            make=f"""\
{_LOOP}    # A table inherits the requirement of the device below when it is loaded.
    require_stable "$loop"
    sectors=$(ask blockdev --getsz "$loop")
    loaded dm_delay || run modprobe dm-delay
    run dmsetup create "$name" --table "0 $sectors delay $loop 0 0 $loop 0 $slow_ms"
    undo dmsetup remove "$name"
    dev=/dev/mapper/$name
""",
        ),
        Device(
            name="scsi-dix",
            backend="scsi-dix",
            about="scsi_debug with protection information: stable without the sysfs flag",
            slow=True,
            stable=True,
            tools=(),
            make=f"""\
    loaded scsi_debug && refuse "scsi_debug is loaded already, with devices that are not ours"
    # A delay of a second or more is refused.
    run modprobe scsi_debug dev_size_mb={_MEGABYTES} dif=1 dix=1 \\
        ndelay=900000000
    undo modprobe -r scsi_debug
    run sleep 1
    disk=$(ask_found /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*)
    dev=/dev/${{disk##*/}}
""",
        ),
        Device(
            name="brd",
            backend="brd",
            about="a RAM disk: synchronous, so that the fault reads past the swap cache up to 6.19",
            slow=False,
            stable=False,
            tools=(),
            make=f"""\
    loaded brd && refuse "brd is loaded already, with devices that are not ours"
    run modprobe brd rd_nr=1 rd_size={_MEGABYTES * 1024}
    undo modprobe -r brd
    dev=/dev/ram0
""",
        ),
        Device(
            name="zram",
            backend="zram",
            about="compressed memory: stable and synchronous",
            slow=False,
            stable=True,
            tools=(),
            make=f"""\
    loaded zram || run modprobe zram num_devices=0
    number=$(ask cat /sys/class/zram-control/hot_add)
    undo set_to "$number" /sys/class/zram-control/hot_remove
    set_to {_MEGABYTES}M "/sys/block/zram$number/disksize"
    dev=/dev/zram$number
""",
        ),
    )
}
"""Kinds of test device by name."""
