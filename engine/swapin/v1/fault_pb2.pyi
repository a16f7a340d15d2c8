from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fault(_message.Message):
    __slots__ = ("kernel", "architecture", "swap_device", "pte", "access", "folio", "vma", "swap_count", "extension_facts")
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
    EXTENSION_FACTS_FIELD_NUMBER: _ClassVar[int]
    kernel: Kernel
    architecture: str
    swap_device: SwapDevice
    pte: Pte
    access: Access
    folio: Folio
    vma: Vma
    swap_count: int
    extension_facts: _containers.MessageMap[str, _struct_pb2.Value]
    def __init__(self, kernel: _Optional[_Union[Kernel, _Mapping]] = ..., architecture: _Optional[str] = ..., swap_device: _Optional[_Union[SwapDevice, _Mapping]] = ..., pte: _Optional[_Union[Pte, _Mapping]] = ..., access: _Optional[_Union[Access, _Mapping]] = ..., folio: _Optional[_Union[Folio, _Mapping]] = ..., vma: _Optional[_Union[Vma, _Mapping]] = ..., swap_count: _Optional[int] = ..., extension_facts: _Optional[_Mapping[str, _struct_pb2.Value]] = ...) -> None: ...

class Kernel(_message.Message):
    __slots__ = ("release", "variant", "anon_exclusive", "swp_exclusive_bit", "swapcache_bypass", "reuse_swap_page", "sole_reference_reuse", "free_before_map", "writable_on_read_fault", "wp_frees_swapcache", "uffd_wp_async", "uffd_rwp", "zswap_skips_writeback", "swap_zeromap")
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
    ZSWAP_SKIPS_WRITEBACK_FIELD_NUMBER: _ClassVar[int]
    SWAP_ZEROMAP_FIELD_NUMBER: _ClassVar[int]
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
    zswap_skips_writeback: bool
    swap_zeromap: bool
    def __init__(self, release: _Optional[str] = ..., variant: _Optional[str] = ..., anon_exclusive: bool = ..., swp_exclusive_bit: bool = ..., swapcache_bypass: bool = ..., reuse_swap_page: bool = ..., sole_reference_reuse: bool = ..., free_before_map: bool = ..., writable_on_read_fault: bool = ..., wp_frees_swapcache: bool = ..., uffd_wp_async: bool = ..., uffd_rwp: bool = ..., zswap_skips_writeback: bool = ..., swap_zeromap: bool = ...) -> None: ...

class SwapDevice(_message.Message):
    __slots__ = ("backend", "stable_writes", "synchronous_io", "rw_page", "stack", "zswap_stored", "zero_filled")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    STABLE_WRITES_FIELD_NUMBER: _ClassVar[int]
    SYNCHRONOUS_IO_FIELD_NUMBER: _ClassVar[int]
    RW_PAGE_FIELD_NUMBER: _ClassVar[int]
    STACK_FIELD_NUMBER: _ClassVar[int]
    ZSWAP_STORED_FIELD_NUMBER: _ClassVar[int]
    ZERO_FILLED_FIELD_NUMBER: _ClassVar[int]
    backend: str
    stable_writes: bool
    synchronous_io: bool
    rw_page: bool
    stack: _containers.RepeatedScalarFieldContainer[str]
    zswap_stored: bool
    zero_filled: bool
    def __init__(self, backend: _Optional[str] = ..., stable_writes: bool = ..., synchronous_io: bool = ..., rw_page: bool = ..., stack: _Optional[_Iterable[str]] = ..., zswap_stored: bool = ..., zero_filled: bool = ...) -> None: ...

class Pte(_message.Message):
    __slots__ = ("raw", "swp_exclusive", "soft_dirty", "uffd_wp", "have_arch_swp_exclusive")
    RAW_FIELD_NUMBER: _ClassVar[int]
    SWP_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    SOFT_DIRTY_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_FIELD_NUMBER: _ClassVar[int]
    HAVE_ARCH_SWP_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    raw: str
    swp_exclusive: bool
    soft_dirty: bool
    uffd_wp: bool
    have_arch_swp_exclusive: bool
    def __init__(self, raw: _Optional[str] = ..., swp_exclusive: bool = ..., soft_dirty: bool = ..., uffd_wp: bool = ..., have_arch_swp_exclusive: bool = ...) -> None: ...

class Access(_message.Message):
    __slots__ = ("write",)
    WRITE_FIELD_NUMBER: _ClassVar[int]
    write: bool
    def __init__(self, write: bool = ...) -> None: ...

class Folio(_message.Message):
    __slots__ = ("ksm", "fresh", "writeback", "swapcache_hit", "ksm_copy", "swapcache", "anon", "dirty", "mapped", "sole_user", "sole_reference", "extra_reference", "lru_batched", "swap_full")
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
    def __init__(self, ksm: bool = ..., fresh: bool = ..., writeback: bool = ..., swapcache_hit: bool = ..., ksm_copy: bool = ..., swapcache: bool = ..., anon: bool = ..., dirty: bool = ..., mapped: bool = ..., sole_user: bool = ..., sole_reference: bool = ..., extra_reference: bool = ..., lru_batched: bool = ..., swap_full: bool = ...) -> None: ...

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
