"""The compiled element-wise operations of kernels.cpp, on torch's CPU tensors.

They are built with the C++ compiler that tacho itself needs, once for each machine, into the work folder.
"""

import ctypes
import hashlib
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).with_name('kernels.cpp')
FLAGS = ['-O3', '-march=native', '-ffast-math', '-fopenmp', '-shared', '-fPIC', '-std=c++20']


def build(folder):
    """Compiles the kernels unless `folder` has them; the library's path."""
    name = hashlib.sha256(SOURCE.read_bytes() + ' '.join(FLAGS).encode()).hexdigest()[:12]
    library = pathlib.Path(folder, f'kernels-{name}.so')
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([os.environ.get('CXX', 'g++'), *FLAGS, str(SOURCE), '-o', str(library)], check=True)
    return library


class Kernels:
    """Calls by name; tensors are passed by their address, so they have to be contiguous and of the right
    type.
    """

    def __init__(self, folder):
        self._library = ctypes.CDLL(str(build(folder)))
        self._library.cross_entropy.restype = ctypes.c_double

    def __getattr__(self, name):
        function = getattr(self._library, name)

        def call(*values):
            return function(*map(_argument, values))

        setattr(self, name, call)
        return call


def _argument(value):
    if value is None:
        return ctypes.c_void_p(None)
    if isinstance(value, int):
        return ctypes.c_int64(value)
    if isinstance(value, float):
        return ctypes.c_float(value)
    assert value.is_contiguous(), 'expected a contiguous tensor'
    return ctypes.c_void_p(value.data_ptr())
