"""The numbers that define the models; everything else (tensors, metadata, card) follows from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """A Llama decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied embeddings."""

    vocabulary: int = 4096
    width: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 704
    context: int = 4096
    rope_base: float = 10000.0
    epsilon: float = 1e-5
    head: int = 64  # GPU kernels for flash attention support it


CHAT = Shape()
EMBEDDER = Shape(layers=3, feed_forward=512, context=512)
