"""Stacks of swap devices: what the top latches, by release, and what may lie on what."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from swapin.catalog import Catalog, latched, layers_of
from swapin.model import Fault, FaultError, Reason
from swapin.program import Program, read_fault
from swapin.program.resolve import Resolver

LATE = {"pte": {"swp_exclusive": True}, "folio": {"fresh": False, "ksm": False, "writeback": True}}
"""The swap-cache page of a marked PTE, under writeback: stable writes decide."""

FLAGS = ("stable_writes", "synchronous_io", "solidstate", "fs_ops")


def of(catalog: Catalog, stack: str, release: str) -> dict[str, bool]:
    """What is known of a stack, by short names."""
    layers = layers_of(catalog, stack.split("/"))
    found = latched(catalog, layers, catalog.kernels[release].at)
    return {name.removeprefix("swap_device."): known.value for name, known in found.items()}


def releases(catalog: Catalog) -> list[str]:
    return [kernel.release for kernel in catalog.kernels.values() if not kernel.variant]


def two_layers(catalog: Catalog) -> list[tuple[str, str]]:
    """Every stack of two layers that may be."""
    backends = catalog.backends.values()
    return [
        (upper.name, lower.name)
        for upper, lower in itertools.product(backends, backends)
        if lower.role in upper.over
    ]


Y, N, O = True, False, None  # noqa: E741

ROWS = [
    # stack, release, stable, synchronous, solid state, file system operations, where to read it
    ("zram", "5.10", Y, Y, Y, N, "zram_drv.c zram_add() v5.10.262"),
    ("zram-backing-dev", "5.10", Y, N, Y, N, "zram_drv.c backing_dev_store() v5.10.262"),
    ("zram-backing-dev", "6.1", Y, Y, Y, N, "zram_drv.c zram_devops v6.1.192"),
    ("btt-metadata", "6.1", Y, Y, Y, N, "nvdimm core.c nd_integrity_init() v6.1.192"),
    ("btt-metadata", "6.12", N, Y, Y, N, "btt.c btt_blk_init() v6.12.118"),
    ("nvme-pi", "6.12", Y, N, Y, N, "blkdev.h bdev_stable_writes() v6.12.118"),
    ("nvme", "6.1", O, N, Y, N, "nvme core.c nvme_alloc_ns() v6.1.192"),
    ("sata", "6.1", N, N, O, N, "sd.c sd_read_block_characteristics() v6.1.192"),
    ("virtio-blk", "6.12", N, N, N, N, "virtio_blk.c virtblk_probe() v6.12.118"),
    ("xen-blkfront", "5.10", N, N, Y, N, "blkdev.h QUEUE_FLAG_VIRT v5.10.262"),
    ("ublk", "7.3", O, N, O, N, "ublk_drv.c ublk_ctrl_start_dev() v7.3.4"),
    ("dm-crypt/nvme-pi", "5.10", Y, N, Y, N, "dm-table.c device_requires_stable_pages() v5.10.262"),
    ("dm-crypt/nvme-pi", "6.12", N, N, Y, N, "dm-table.c dm_target_passes_integrity() v6.12.118"),
    ("dm-crypt/rbd", "6.12", Y, N, Y, N, "blk-settings.c blk_stack_limits() v6.12.118"),
    ("dm-crypt/nvme", "6.1", O, N, Y, N, "dm-table.c device_requires_stable_pages() v6.1.192"),
    ("dm-linear/nvme-pi", "6.1", Y, N, Y, N, "dm-table.c v6.1.192"),
    ("dm-linear/nvme-pi", "7.3", Y, N, O, N, "dm-table.c dm_calculate_queue_limits() v7.3.4"),
    ("dm-thin/nvme-pi", "7.3", N, N, O, N, "dm-thin.c has no DM_TARGET_PASSES_INTEGRITY v7.3.4"),
    ("dm-linear/zram", "6.12", Y, N, Y, N, "blkdev.h BLK_FEAT_INHERIT_MASK v6.12.118"),
    ("dm-linear/queue-stable-writes/sata", "6.1", Y, N, O, N, "blk-sysfs.c, then dm-table.c v6.1"),
    ("md-raid1/nvme-pi", "6.1", Y, N, Y, N, "md.c md_integrity_register() v6.1.192"),
    ("md-raid1/rbd", "6.1", N, N, Y, N, "md.c copies no flag v6.1.192"),
    ("md-raid1/rbd", "6.12", Y, N, Y, N, "md.c mddev_stack_rdev_limits() v6.12.118"),
    ("md-raid1/dm-crypt/nvme-pi", "6.1", N, N, Y, N, "dm-crypt passes no profile on v6.1.192"),
    ("md-raid1/dm-linear/nvme-pi", "6.1", Y, N, Y, N, "dm-linear passes the profile on v6.1.192"),
    ("md-raid5/rbd", "6.1", O, N, Y, N, "raid5.c raid5_store_skip_copy() v6.1.192"),
    ("md-raid5/rbd", "6.12", Y, N, Y, N, "raid5.c raid5_set_limits() v6.12.118"),
    ("md-raid5/nvme-pi", "6.12", O, N, Y, N, "raid5.c stacks no integrity v6.12.118"),
    ("dm-integrity/sata", "5.10", N, N, O, N, "dm-integrity.c has no flag v5.10.262"),
    ("dm-integrity/sata", "6.12", O, N, O, N, "dm-integrity.c by mode, v6.12.8 and v6.12.118"),
    ("dm-integrity/rbd", "6.12", Y, N, Y, N, "blk-settings.c blk_stack_limits() v6.12.118"),
    ("drbd/sata", "6.1", Y, N, N, N, "drbd_main.c drbd_create_device() v6.1.192"),
    ("drbd/sata", "6.12", O, N, O, N, "drbd_nl.c v6.12.8 no, v6.12.118 yes"),
    ("drbd/rbd", "6.1", Y, N, N, N, "drbd_main.c sets no NONROT v6.1.192"),
    ("drbd/rbd", "6.12", Y, N, Y, N, "drbd_nl.c stacks the lower device v6.12.8"),
    ("nvme-multipath/nvme-pi", "6.1", Y, N, Y, N, "multipath.c nvme_mpath_add_disk() v6.1.192"),
    ("nvme-multipath/nvme-pi", "6.12", Y, N, Y, N, "core.c nvme_update_ns_info() v6.12.118"),
    ("loop/zram", "6.12", N, N, Y, N, "loop.c loop_update_limits() v6.12.118"),
    ("loop/swap-file-btrfs/sata", "6.1", N, N, Y, N, "loop.c loop_update_rotational() v6.1.192"),
    ("swap-file-ext4/nvme-pi", "6.1", Y, N, Y, N, "swapfile.c claim_swapfile() v6.1.192"),
    ("swap-file-ext4/zram", "6.1", Y, Y, Y, N, "swapfile.c claim_swapfile() v6.1.192"),
    ("swap-file-ext4/loop/swap-file/nvme-pi", "6.12", N, N, Y, N, "loop inherits nothing"),
    (
        "swap-file-btrfs/dm-crypt/rbd",
        "6.1",
        N,
        N,
        N,
        N,
        "swapfile.c flags first v6.1.192",
    ),
    ("swap-file-btrfs/dm-crypt/rbd", "6.12", Y, N, Y, N, "swapfile.c flags last v6.12.118"),
    ("swap-file-xfs-realtime/rbd", "6.1", O, O, O, N, "swapfile.c: of the data device v6.1.192"),
    (
        "swap-file-xfs-realtime/rbd",
        "6.12",
        Y,
        N,
        Y,
        N,
        "xfs_vm_swap_activate() v6.12.118",
    ),
    ("swap-file-nfs", "5.10", N, N, N, Y, "swapfile.c setup_swap_extents() v5.10.262"),
    ("swap-file-nfs", "7.2", N, N, N, Y, "nfs/file.c nfs_swap_activate() v7.2.12"),
    ("swap-file-cifs", "7.3", N, N, N, N, "smb/client/file.c cifs_swap_ops v7.3.4"),
    ("zswap/zram", "6.12", Y, Y, Y, N, "swapfile.c: flags of the real device v6.12.118"),
    ("zswap/swap-file-nfs", "6.1", N, N, N, Y, "swapfile.c: flags of the real device v6.1.192"),
]


@pytest.mark.parametrize(
    ("stack", "release", "expected"),
    [pytest.param(r[0], r[1], r[2:6], id=f"{r[0]} in {r[1]}, {r[6]}") for r in ROWS],
)
def test_flags(catalog: Catalog, stack: str, release: str, expected: tuple[bool | None]) -> None:
    """The flags of a stack in a release; none where a setting or the hardware decides."""
    found = of(catalog, stack, release)

    assert expected == tuple(found.get(flag) for flag in FLAGS)


def test_every_backend_in_every_release(catalog: Catalog) -> None:
    """Each backend resolves in each release, and a fault on it knows what it binds."""
    resolver = Resolver(catalog)
    for release, name in itertools.product(releases(catalog), catalog.backends):
        found = of(catalog, name, release)
        resolved = resolver.resolve(Fault(release=release, backend=name))
        for fact in ("stable_writes", "synchronous_io", "rw_page"):
            known = resolved.known.get(f"swap_device.{fact}")
            assert found.get(fact) == known, (release, name, fact)


def test_a_single_layer_is_the_backend(program: Program, catalog: Catalog) -> None:
    """A stack of one says what the backend of that name does, and so do both together."""
    for name in catalog.backends:
        one = {"kernel": {"release": "6.1"}, "swap_device": {"backend": name}}
        alone = {**one, "swap_device": {"stack": [name]}}
        both = {**one, "swap_device": {"backend": name, "stack": [name]}}
        assert program.evaluate(one) == program.evaluate(alone) == program.evaluate(both)


def test_synchronous_io_comes_through_files_alone(catalog: Catalog) -> None:
    """Over every two layers: no stacked block device has SWP_SYNCHRONOUS_IO, ever."""
    through = {"zswap", "queue-stable-writes"}
    for (upper, lower), release in itertools.product(two_layers(catalog), releases(catalog)):
        top = catalog.backends[upper]
        got = of(catalog, f"{upper}/{lower}", release).get("synchronous_io")
        if top.role == "disk" and upper not in through:
            assert of(catalog, upper, release).get("synchronous_io") == got, (upper, lower, release)
        elif got is True:
            assert of(catalog, lower, release)["synchronous_io"] is True, (upper, lower, release)


def test_nothing_below_makes_less_known(catalog: Catalog) -> None:
    """Over every two layers: a layer below adds to what is known of the top, and changes none."""
    for (upper, lower), release in itertools.product(two_layers(catalog), releases(catalog)):
        alone, found = of(catalog, upper, release), of(catalog, f"{upper}/{lower}", release)
        bound = {
            binding.fact.removeprefix("swap_device.")
            for binding in catalog.backends[upper].bindings
            if binding.value is not None and catalog.kernels[release].at in binding.releases
        }
        for name in bound:
            assert alone[name] == found[name], (upper, lower, release, name)


def test_stable_writes_come_from_somewhere(catalog: Catalog) -> None:
    """Over every two layers: a yes is the top's own, or the layer below has it too."""
    for (upper, lower), release in itertools.product(two_layers(catalog), releases(catalog)):
        found = of(catalog, f"{upper}/{lower}", release)
        own = of(catalog, upper, release).get("stable_writes")
        if found.get("stable_writes") and not own:
            assert of(catalog, lower, release)["stable_writes"] is True, (upper, lower, release)


def test_integrity_asks_for_stable_writes(catalog: Catalog) -> None:
    """Over every two layers: integrity implies stable writes; what sysfs shows does too."""
    of_another_device = ("swap-file-btrfs", "swap-file-xfs-realtime")
    stacks = [*catalog.backends, *(f"{upper}/{lower}" for upper, lower in two_layers(catalog))]
    for stack, release in itertools.product(stacks, releases(catalog)):
        found = of(catalog, stack, release)
        for name in ("integrity", "queue_stable_writes"):
            if found.get(name) and not stack.startswith(of_another_device):
                assert found["stable_writes"] is True, (stack, release, name)


def test_sysfs_hides_the_checksum_since_6_11(catalog: Catalog) -> None:
    """With a guard checksum swapon latches stable writes while queue/stable_writes reads 0."""
    for name in ("nvme-pi", "scsi-dix", "dm-linear/nvme-pi"):
        for release in releases(catalog):
            found = of(catalog, name, release)
            shown = catalog.kernels[release].at <= catalog.kernels["6.10"].at
            assert (True, shown) == (found["stable_writes"], found["queue_stable_writes"])


@pytest.mark.parametrize(
    ("stack", "release", "exclusive"),
    [
        (["dm-crypt", "nvme-pi"], "6.1", "ANSWER_NO"),
        (["dm-crypt", "nvme-pi"], "6.12", "ANSWER_YES"),
        (["dm-linear", "nvme-pi"], "6.12", "ANSWER_NO"),
        (["md-raid1", "nvme-pi"], "6.1", "ANSWER_NO"),
        (["md-raid1", "rbd"], "6.1", "ANSWER_YES"),
        (["swap-file-btrfs", "rbd"], "6.1", "ANSWER_YES"),
        (["loop", "rbd"], "6.12", "ANSWER_YES"),
        (["dm-crypt", "nvme"], "6.12", "ANSWER_UNDETERMINED"),
    ],
)
def test_the_verdict_uses_the_flags(
    program: Program, stack: list[str], release: str, exclusive: str
) -> None:
    """A page under writeback on a stack is exclusive as the latched flag says."""
    fault = {**LATE, "kernel": {"release": release}, "architecture": "x86_64"}
    verdict = program.evaluate({**fault, "swap_device": {"stack": stack}})

    assert exclusive == verdict.outcomes["exclusive"]
    if exclusive == "ANSWER_UNDETERMINED":
        assert "swap_device.stable_writes" in verdict.settled_by


@pytest.mark.parametrize(
    ("device", "preset"),
    [
        ({"stack": ["dm-crypt", "nvme-pi"]}, "backend nvme-pi (through dm-crypt)"),
        (
            {"stack": ["zswap", "dm-crypt", "nvme-pi"]},
            "backend nvme-pi (through zswap, dm-crypt)",
        ),
        ({"stack": ["nvme-pi"]}, "backend nvme-pi"),
        ({"backend": "nvme-pi"}, "backend nvme-pi"),
    ],
)
def test_an_override_names_the_layer(program: Program, device: dict[str, Any], preset: str) -> None:
    """A given flag overrides the stack, and the verdict says whose flag it was."""
    fault = {**LATE, "kernel": {"release": "6.1"}, "architecture": "x86_64"}
    verdict = program.evaluate({**fault, "swap_device": {**device, "stable_writes": False}})

    assert "ANSWER_YES" == verdict.outcomes["exclusive"]
    assert [preset] == [override.preset for override in verdict.provenance.overrides]


@pytest.mark.parametrize(
    ("device", "field", "reason", "said"),
    [
        pytest.param(
            {"stack": ["dm-crypt", "zswap", "nvme"]},
            "swap_device.stack[1]",
            Reason.IMPOSSIBLE_STACK,
            "a cache lies on top of all others; there may lie a layer of role disk: `brd`",
            id="zswap below",
        ),
        pytest.param(
            {"stack": ["dm-crypt", "swap-file-ext4", "nvme"]},
            "swap_device.stack[1]",
            Reason.IMPOSSIBLE_STACK,
            "`loop` may lie between",
            id="file system below a target",
        ),
        pytest.param(
            {"stack": ["nvme", "sata"]},
            "swap_device.stack[1]",
            Reason.IMPOSSIBLE_STACK,
            "`nvme` is a leaf, and nothing lies below it",
            id="leaf on something",
        ),
        pytest.param(
            {"stack": ["dm-crpt", "nvme"]},
            "swap_device.stack[0]",
            Reason.UNKNOWN_NAME,
            "did you mean `dm-crypt`?",
            id="unknown layer",
        ),
        pytest.param(
            {"stack": ["dm-crypt"] * 17},
            "swap_device.stack",
            Reason.IMPOSSIBLE_STACK,
            "at most 16",
            id="too many layers",
        ),
        pytest.param(
            {"stack": "dm-crypt/nvme"},
            "swap_device.stack",
            Reason.WRONG_TYPE,
            "is not a list of texts",
            id="no list",
        ),
        pytest.param(
            {"stack": ["dm-crypt", 7]},
            "swap_device.stack[1]",
            Reason.WRONG_TYPE,
            "`7` is not a text",
            id="no text",
        ),
    ],
)
def test_refused(
    program: Program, device: dict[str, Any], field: str, reason: Reason, said: str
) -> None:
    """A stack that cannot be names the layer, and says what may lie there."""
    with pytest.raises(FaultError) as refused:
        program.evaluate({"kernel": {"release": "6.1"}, "swap_device": device})

    assert [(field, reason)] == [(p.field, p.reason) for p in refused.value.problems]
    assert said in refused.value.problems[0].message


def test_backend_and_stack_that_differ(program: Program) -> None:
    """Both given and different is an error that names both fields."""
    for fault in (
        {"kernel": {"release": "6.1"}, "swap_device": {"backend": "nvme", "stack": ["sata"]}},
        Fault(release="6.1", backend="nvme", stack=("dm-crypt", "nvme")),
    ):
        with pytest.raises(FaultError) as refused:
            program.evaluate(fault)
        assert [
            ("swap_device.backend", Reason.DISAGREES),
            ("swap_device.stack", Reason.DISAGREES),
        ] == [(p.field, p.reason) for p in refused.value.problems]


def test_an_empty_stack_is_none(catalog: Catalog) -> None:
    """An empty list was not given, as in the proto3 JSON form."""
    fault = {"kernel": {"release": "6.1"}, "swap_device": {"stack": []}}

    assert Fault(release="6.1") == read_fault(fault, catalog)


@pytest.mark.parametrize(
    ("fact", "release", "possible"),
    [
        ("zswap_stored", "6.1", True),
        ("zswap_stored", "6.12", False),
        ("zswap_stored", "7.3", False),
        ("zero_filled", "6.12", False),
    ],
)
def test_writeback_of_what_needed_no_io(
    program: Program, fact: str, release: str, possible: bool
) -> None:
    """zswap up to the frontswap removal shows writeback for a moment, from 6.12 never."""
    fault = {
        **LATE,
        "kernel": {"release": release},
        "architecture": "x86_64",
        "swap_device": {"stack": ["zswap", "rbd"], fact: True},
    }
    if possible:
        assert "ANSWER_NO" == program.evaluate(fault).outcomes["exclusive"]
    else:
        with pytest.raises(FaultError, match="never started"):
            program.evaluate(fault)


def test_the_zswap_shrinker_shows_writeback(program: Program) -> None:
    """What the shrinker writes to the real device is under writeback with that device's flags."""
    for release in ("6.1", "6.12", "7.3"):
        device = {"stack": ["zswap", "rbd"], "zswap_stored": False}
        fault = {**LATE, "kernel": {"release": release}, "architecture": "x86_64"}
        verdict = program.evaluate({**fault, "swap_device": device})
        assert "ANSWER_NO" == verdict.outcomes["exclusive"]


def test_zeros_are_noted_since_6_12(program: Program) -> None:
    """A kernel without the bitmap writes pages of zeros as any other."""
    fault = {"kernel": {"release": "6.11"}, "swap_device": {"zero_filled": True}}
    with pytest.raises(FaultError, match="only a kernel with the bitmap"):
        program.evaluate(fault)
