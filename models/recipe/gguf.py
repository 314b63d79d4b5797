"""Writes GGUF files, version 3: metadata, then tensors in f32, f16 or q8_0."""

import struct

import numpy as np

MAGIC, VERSION, ALIGNMENT = b'GGUF', 3, 32
SCALARS = {'u32': (4, '<I'), 'i32': (5, '<i'), 'f32': (6, '<f'), 'bool': (7, '<?')}
STRING, ARRAY = 8, 9
TENSOR_TYPES = {'f32': 0, 'f16': 1, 'q8_0': 8}
FILE_TYPES = {'f32': 0, 'f16': 1, 'q8_0': 7}
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
    return array.astype({'f16': '<f2', 'f32': '<f4'}[kind]).tobytes()


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
