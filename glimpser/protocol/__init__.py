"""What the hub and a worker say to each other: msgspec structs in MessagePack, versioned, transport-free.

May import the SDK only. Imported by the worker, the engine and capture.
"""
