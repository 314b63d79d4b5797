"""Writes GGUF files, version 3: metadata, then tensors in f32, f16 or q8_0; reads the tensors of those in f32 and f16."""

import pathlib
import struct

import numpy as np

MAGIC, VERSION, ALIGNMENT = b'GGUF', 3, 32
SCALARS = {'u32': (4, '<I'), 'i32': (5, '<i'), 'f32': (6, '<f'), 'bool': (7, '<?')}
STRING, ARRAY = 8, 9
TENSOR_TYPES = {'f32': 0, 'f16': 1, 'q8_0': 8}
FILE_TYPES = {'f32': 0, 'f16': 1, 'q8_0': 7}
PLAIN_TYPES = {'f16': '<f2', 'f32': '<f4'}
BLOCK = 32  # numbers that share a scale in q8_0


def _string(text):
    data = text.encode()
    return struct.pack('<Q', len(data)) + data


def _value(kind, value):
    """kind: a scalar's, 'string', or either with [] for an array."""
    if kind.endswith('[]'):
        kind = kind[:-2]
        number = STRING if kind == 'string' else SCALARS[kind][0]
        return struct.pack('<IQ', number, len(value)) + b''.join(_bare(kind, item) for item in value)
    return _bare(kind, value)


def _bare(kind, value):
    return _string(value) if kind == 'string' else struct.pack(SCALARS[kind][1], value)


def _type_number(kind):
    return ARRAY if kind.endswith('[]') else STRING if kind == 'string' else SCALARS[kind][0]


def encoded(array, kind):
    """The bytes of a float array in a tensor type."""
    if kind == 'q8_0':
        blocks = array.reshape(-1, BLOCK).astype(np.float32)
        scales = (np.abs(blocks).max(1) / 127).astype(np.float32)
        inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales != 0)
        scaled = blocks * inverse[:, None]
        whole = (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int8)
        packed = np.zeros(len(blocks), dtype=[('scale', '<f2'), ('numbers', 'i1', BLOCK)])
        packed['scale'], packed['numbers'] = scales.astype(np.float16), whole
        return packed.tobytes()
    return array.astype(PLAIN_TYPES[kind]).tobytes()


def write(path, metadata, tensors, kind):
    """metadata: {key: (type, value)}; tensors: {name: float array}. Vectors stay f32, matrices become
    `kind`.
    """
    head = [MAGIC, struct.pack('<IQQ', VERSION, len(tensors), len(metadata))]
    for key, (type_, value) in metadata.items():
        head += [_string(key), struct.pack('<I', _type_number(type_)), _value(type_, value)]
    bodies, offset = [], 0
    for name, array in tensors.items():
        type_ = kind if array.ndim == 2 else 'f32'
        body = encoded(array, type_)
        shape = array.shape[::-1]  # the fastest dimension comes first
        head += [
            _string(name),
            struct.pack(f'<I{len(shape)}Q', len(shape), *shape),
            struct.pack('<IQ', TENSOR_TYPES[type_], offset),
        ]
        bodies.append(body + bytes(-len(body) % ALIGNMENT))
        offset += len(bodies[-1])
    joined = b''.join(head)
    with open(path, 'wb') as file:
        file.write(joined + bytes(-len(joined) % ALIGNMENT) + b''.join(bodies))


class _Reader:
    """A position in a file's bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def scalar(self, format_):
        (value,) = struct.unpack_from(format_, self.data, self.at)
        self.at += struct.calcsize(format_)
        return value

    def string(self):
        size = self.scalar('<Q')
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            kind, count = self.scalar('<I'), self.scalar('<Q')
            return [self.value(kind) for _ in range(count)]
        return self.scalar(dict(SCALARS.values())[kind])


def read(path):
    """The metadata {key: value} and the tensors {name: float32 array} of a file that `write` wrote in f32 or f16."""
    reader = _Reader(pathlib.Path(path).read_bytes())
    assert reader.data[:4] == MAGIC, f'{path} is no GGUF file'
    reader.at = 4
    _, tensors, keys = reader.scalar('<I'), reader.scalar('<Q'), reader.scalar('<Q')
    metadata = {reader.string(): reader.value(reader.scalar('<I')) for _ in range(keys)}
    heads = []
    for _ in range(tensors):
        name = reader.string()
        shape = [reader.scalar('<Q') for _ in range(reader.scalar('<I'))][::-1]
        heads.append((name, shape, reader.scalar('<I'), reader.scalar('<Q')))
    start = -(-reader.at // ALIGNMENT) * ALIGNMENT
    types = {TENSOR_TYPES[kind]: dtype for kind, dtype in PLAIN_TYPES.items()}
    return metadata, {
        name: np.frombuffer(reader.data, types[type_], int(np.prod(shape)), start + offset)
        .reshape(shape)
        .astype(np.float32)
        for name, shape, type_, offset in heads
    }
