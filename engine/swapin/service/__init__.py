"""The gRPC server and client of ``swapin.v1``.

Nothing else of the engine imports grpc, and this package imports it only in its modules.
"""
