from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fault(_message.Message):
    __slots__ = ("kernel", "architecture", "swap_device", "pte", "access", "folio", "vma", "swap_count", "swap_slot", "extension_facts")
    class ExtensionFactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _struct_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    SWAP_DEVICE_FIELD_NUMBER: _ClassVar[int]
    PTE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    FOLIO_FIELD_NUMBER: _ClassVar[int]
    VMA_FIELD_NUMBER: _ClassVar[int]
    SWAP_COUNT_FIELD_NUMBER: _ClassVar[int]
    SWAP_SLOT_FIELD_NUMBER: _ClassVar[int]
    EXTENSION_FACTS_FIELD_NUMBER: _ClassVar[int]
    kernel: Kernel
    architecture: str
    swap_device: SwapDevice
    pte: Pte
    access: Access
    folio: Folio
    vma: Vma
    swap_count: int
    swap_slot: SwapSlot
    extension_facts: _containers.MessageMap[str, _struct_pb2.Value]
    def __init__(self, kernel: _Optional[_Union[Kernel, _Mapping]] = ..., architecture: _Optional[str] = ..., swap_device: _Optional[_Union[SwapDevice, _Mapping]] = ..., pte: _Optional[_Union[Pte, _Mapping]] = ..., access: _Optional[_Union[Access, _Mapping]] = ..., folio: _Optional[_Union[Folio, _Mapping]] = ..., vma: _Optional[_Union[Vma, _Mapping]] = ..., swap_count: _Optional[int] = ..., swap_slot: _Optional[_Union[SwapSlot, _Mapping]] = ..., extension_facts: _Optional[_Mapping[str, _struct_pb2.Value]] = ...) -> None: ...

class Kernel(_message.Message):
    __slots__ = ("release", "variant", "anon_exclusive", "swp_exclusive_bit", "swapcache_bypass", "reuse_swap_page", "sole_reference_reuse", "free_before_map", "writable_on_read_fault", "wp_frees_swapcache", "uffd_wp_async", "uffd_rwp", "pins_swap_device", "claims_slot", "hwpoison_under_lock", "ksm_copy_hwpoison", "per_vma_lock", "vma_lock_retry", "device_private_rechecks", "device_private_locks", "device_exclusive_entries", "swapin_error_entries", "pte_markers", "anon_markers", "poisoned_markers", "marker_hwpoison", "guard_markers", "maps_large_folios", "allocates_large_folios", "drops_partial_folios", "wp_refuses_large", "wp_reuses_large", "zswap_skips_writeback", "swap_zeromap", "uffd_wp_unpopulated")
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    ANON_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    SWP_EXCLUSIVE_BIT_FIELD_NUMBER: _ClassVar[int]
    SWAPCACHE_BYPASS_FIELD_NUMBER: _ClassVar[int]
    REUSE_SWAP_PAGE_FIELD_NUMBER: _ClassVar[int]
    SOLE_REFERENCE_REUSE_FIELD_NUMBER: _ClassVar[int]
    FREE_BEFORE_MAP_FIELD_NUMBER: _ClassVar[int]
    WRITABLE_ON_READ_FAULT_FIELD_NUMBER: _ClassVar[int]
    WP_FREES_SWAPCACHE_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_ASYNC_FIELD_NUMBER: _ClassVar[int]
    UFFD_RWP_FIELD_NUMBER: _ClassVar[int]
    PINS_SWAP_DEVICE_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_SLOT_FIELD_NUMBER: _ClassVar[int]
    HWPOISON_UNDER_LOCK_FIELD_NUMBER: _ClassVar[int]
    KSM_COPY_HWPOISON_FIELD_NUMBER: _ClassVar[int]
    PER_VMA_LOCK_FIELD_NUMBER: _ClassVar[int]
    VMA_LOCK_RETRY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_PRIVATE_RECHECKS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_PRIVATE_LOCKS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_EXCLUSIVE_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    SWAPIN_ERROR_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    PTE_MARKERS_FIELD_NUMBER: _ClassVar[int]
    ANON_MARKERS_FIELD_NUMBER: _ClassVar[int]
    POISONED_MARKERS_FIELD_NUMBER: _ClassVar[int]
    MARKER_HWPOISON_FIELD_NUMBER: _ClassVar[int]
    GUARD_MARKERS_FIELD_NUMBER: _ClassVar[int]
    MAPS_LARGE_FOLIOS_FIELD_NUMBER: _ClassVar[int]
    ALLOCATES_LARGE_FOLIOS_FIELD_NUMBER: _ClassVar[int]
    DROPS_PARTIAL_FOLIOS_FIELD_NUMBER: _ClassVar[int]
    WP_REFUSES_LARGE_FIELD_NUMBER: _ClassVar[int]
    WP_REUSES_LARGE_FIELD_NUMBER: _ClassVar[int]
    ZSWAP_SKIPS_WRITEBACK_FIELD_NUMBER: _ClassVar[int]
    SWAP_ZEROMAP_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_UNPOPULATED_FIELD_NUMBER: _ClassVar[int]
    release: str
    variant: str
    anon_exclusive: bool
    swp_exclusive_bit: bool
    swapcache_bypass: bool
    reuse_swap_page: bool
    sole_reference_reuse: bool
    free_before_map: bool
    writable_on_read_fault: bool
    wp_frees_swapcache: bool
    uffd_wp_async: bool
    uffd_rwp: bool
    pins_swap_device: bool
    claims_slot: bool
    hwpoison_under_lock: bool
    ksm_copy_hwpoison: bool
    per_vma_lock: bool
    vma_lock_retry: bool
    device_private_rechecks: bool
    device_private_locks: bool
    device_exclusive_entries: bool
    swapin_error_entries: bool
    pte_markers: bool
    anon_markers: bool
    poisoned_markers: bool
    marker_hwpoison: bool
    guard_markers: bool
    maps_large_folios: bool
    allocates_large_folios: bool
    drops_partial_folios: bool
    wp_refuses_large: bool
    wp_reuses_large: bool
    zswap_skips_writeback: bool
    swap_zeromap: bool
    uffd_wp_unpopulated: bool
    def __init__(self, release: _Optional[str] = ..., variant: _Optional[str] = ..., anon_exclusive: bool = ..., swp_exclusive_bit: bool = ..., swapcache_bypass: bool = ..., reuse_swap_page: bool = ..., sole_reference_reuse: bool = ..., free_before_map: bool = ..., writable_on_read_fault: bool = ..., wp_frees_swapcache: bool = ..., uffd_wp_async: bool = ..., uffd_rwp: bool = ..., pins_swap_device: bool = ..., claims_slot: bool = ..., hwpoison_under_lock: bool = ..., ksm_copy_hwpoison: bool = ..., per_vma_lock: bool = ..., vma_lock_retry: bool = ..., device_private_rechecks: bool = ..., device_private_locks: bool = ..., device_exclusive_entries: bool = ..., swapin_error_entries: bool = ..., pte_markers: bool = ..., anon_markers: bool = ..., poisoned_markers: bool = ..., marker_hwpoison: bool = ..., guard_markers: bool = ..., maps_large_folios: bool = ..., allocates_large_folios: bool = ..., drops_partial_folios: bool = ..., wp_refuses_large: bool = ..., wp_reuses_large: bool = ..., zswap_skips_writeback: bool = ..., swap_zeromap: bool = ..., uffd_wp_unpopulated: bool = ...) -> None: ...

class SwapDevice(_message.Message):
    __slots__ = ("backend", "stable_writes", "synchronous_io", "rw_page", "stack", "available", "zswap_stored", "zero_filled")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    STABLE_WRITES_FIELD_NUMBER: _ClassVar[int]
    SYNCHRONOUS_IO_FIELD_NUMBER: _ClassVar[int]
    RW_PAGE_FIELD_NUMBER: _ClassVar[int]
    STACK_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    ZSWAP_STORED_FIELD_NUMBER: _ClassVar[int]
    ZERO_FILLED_FIELD_NUMBER: _ClassVar[int]
    backend: str
    stable_writes: bool
    synchronous_io: bool
    rw_page: bool
    stack: _containers.RepeatedScalarFieldContainer[str]
    available: bool
    zswap_stored: bool
    zero_filled: bool
    def __init__(self, backend: _Optional[str] = ..., stable_writes: bool = ..., synchronous_io: bool = ..., rw_page: bool = ..., stack: _Optional[_Iterable[str]] = ..., available: bool = ..., zswap_stored: bool = ..., zero_filled: bool = ...) -> None: ...

class SwapSlot(_message.Message):
    __slots__ = ("claimed",)
    CLAIMED_FIELD_NUMBER: _ClassVar[int]
    claimed: bool
    def __init__(self, claimed: bool = ...) -> None: ...

class Pte(_message.Message):
    __slots__ = ("raw", "swp_exclusive", "soft_dirty", "uffd_wp", "have_arch_swp_exclusive", "entry", "same")
    RAW_FIELD_NUMBER: _ClassVar[int]
    SWP_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    SOFT_DIRTY_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_FIELD_NUMBER: _ClassVar[int]
    HAVE_ARCH_SWP_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    SAME_FIELD_NUMBER: _ClassVar[int]
    raw: str
    swp_exclusive: bool
    soft_dirty: bool
    uffd_wp: bool
    have_arch_swp_exclusive: bool
    entry: str
    same: bool
    def __init__(self, raw: _Optional[str] = ..., swp_exclusive: bool = ..., soft_dirty: bool = ..., uffd_wp: bool = ..., have_arch_swp_exclusive: bool = ..., entry: _Optional[str] = ..., same: bool = ...) -> None: ...

class Access(_message.Message):
    __slots__ = ("write", "vma_lock")
    WRITE_FIELD_NUMBER: _ClassVar[int]
    VMA_LOCK_FIELD_NUMBER: _ClassVar[int]
    write: bool
    vma_lock: bool
    def __init__(self, write: bool = ..., vma_lock: bool = ...) -> None: ...

class Folio(_message.Message):
    __slots__ = ("ksm", "fresh", "writeback", "swapcache_hit", "ksm_copy", "swapcache", "anon", "dirty", "mapped", "sole_user", "sole_reference", "extra_reference", "lru_batched", "swap_full", "allocated", "locked", "entry_matches", "hwpoison", "uptodate", "large", "range_matches", "other_slots", "large_reusable", "was_exclusive", "writeback_ended")
    KSM_FIELD_NUMBER: _ClassVar[int]
    FRESH_FIELD_NUMBER: _ClassVar[int]
    WRITEBACK_FIELD_NUMBER: _ClassVar[int]
    SWAPCACHE_HIT_FIELD_NUMBER: _ClassVar[int]
    KSM_COPY_FIELD_NUMBER: _ClassVar[int]
    SWAPCACHE_FIELD_NUMBER: _ClassVar[int]
    ANON_FIELD_NUMBER: _ClassVar[int]
    DIRTY_FIELD_NUMBER: _ClassVar[int]
    MAPPED_FIELD_NUMBER: _ClassVar[int]
    SOLE_USER_FIELD_NUMBER: _ClassVar[int]
    SOLE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    EXTRA_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    LRU_BATCHED_FIELD_NUMBER: _ClassVar[int]
    SWAP_FULL_FIELD_NUMBER: _ClassVar[int]
    ALLOCATED_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_MATCHES_FIELD_NUMBER: _ClassVar[int]
    HWPOISON_FIELD_NUMBER: _ClassVar[int]
    UPTODATE_FIELD_NUMBER: _ClassVar[int]
    LARGE_FIELD_NUMBER: _ClassVar[int]
    RANGE_MATCHES_FIELD_NUMBER: _ClassVar[int]
    OTHER_SLOTS_FIELD_NUMBER: _ClassVar[int]
    LARGE_REUSABLE_FIELD_NUMBER: _ClassVar[int]
    WAS_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    WRITEBACK_ENDED_FIELD_NUMBER: _ClassVar[int]
    ksm: bool
    fresh: bool
    writeback: bool
    swapcache_hit: bool
    ksm_copy: bool
    swapcache: bool
    anon: bool
    dirty: bool
    mapped: bool
    sole_user: bool
    sole_reference: bool
    extra_reference: bool
    lru_batched: bool
    swap_full: bool
    allocated: bool
    locked: bool
    entry_matches: bool
    hwpoison: bool
    uptodate: bool
    large: bool
    range_matches: bool
    other_slots: bool
    large_reusable: bool
    was_exclusive: bool
    writeback_ended: bool
    def __init__(self, ksm: bool = ..., fresh: bool = ..., writeback: bool = ..., swapcache_hit: bool = ..., ksm_copy: bool = ..., swapcache: bool = ..., anon: bool = ..., dirty: bool = ..., mapped: bool = ..., sole_user: bool = ..., sole_reference: bool = ..., extra_reference: bool = ..., lru_batched: bool = ..., swap_full: bool = ..., allocated: bool = ..., locked: bool = ..., entry_matches: bool = ..., hwpoison: bool = ..., uptodate: bool = ..., large: bool = ..., range_matches: bool = ..., other_slots: bool = ..., large_reusable: bool = ..., was_exclusive: bool = ..., writeback_ended: bool = ...) -> None: ...

class Vma(_message.Message):
    __slots__ = ("writable", "uffd_wp", "uffd_wp_async", "soft_dirty_tracking", "uffd_rwp")
    WRITABLE_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_ASYNC_FIELD_NUMBER: _ClassVar[int]
    SOFT_DIRTY_TRACKING_FIELD_NUMBER: _ClassVar[int]
    UFFD_RWP_FIELD_NUMBER: _ClassVar[int]
    writable: bool
    uffd_wp: bool
    uffd_wp_async: bool
    soft_dirty_tracking: bool
    uffd_rwp: bool
    def __init__(self, writable: bool = ..., uffd_wp: bool = ..., uffd_wp_async: bool = ..., soft_dirty_tracking: bool = ..., uffd_rwp: bool = ...) -> None: ...
