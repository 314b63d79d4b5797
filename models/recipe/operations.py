"""The operations of the decoder with their gradients: compiled ones on a CPU, torch's own elsewhere.

Both compute the same: matrices in bfloat16; residual stream, norms, softmax and loss in float32. torch's
own can also compute in float32 throughout, for comparisons.
"""

import torch
import torch.nn.functional as F


def add_rms_norm(kernels, x, added, weight, epsilon, precision=torch.bfloat16):
    """x[B, T, W] float32, added the same in `precision` or None: (x + added, its normed `precision`)."""
    if kernels:
        return _AddRmsNorm.apply(kernels, x, added, weight, epsilon)
    total = x if added is None else x + added.float()
    normed = total * torch.rsqrt(total.pow(2).mean(-1, keepdim=True) + epsilon) * weight
    return total, normed.to(precision)


def swiglu(kernels, both):
    """both[B, T, 2 * F] is gate beside up: silu(gate) * up."""
    if kernels:
        return _Swiglu.apply(kernels, both)
    gate, up = both.chunk(2, -1)
    return F.silu(gate.float()).to(both.dtype) * up


def attention(kernels, qkv, cosine, sine, shape, limits=None):
    """qkv[B, T, (heads + 2 * kv) * 64]: the heads' outputs [B, T, heads * 64].

    Causal without `limits`; with them (int64 [B], the texts' lengths) each token sees its whole text.
    """
    if kernels:
        return _Attention.apply(kernels, qkv, cosine, sine, shape, limits)
    return _plain_attention(qkv, cosine, sine, shape, limits)


def cross_entropy(kernels, x, weight, targets, count):
    """x[N, W], targets[N] (below 0: no loss), tied weight [V, W]: the summed loss divided by `count`."""
    kept = (targets >= 0).nonzero().squeeze(1)
    x, targets = x[kept], targets[kept]
    if kernels:
        return _CrossEntropy.apply(kernels, x, weight, targets, count)
    logits = F.linear(x, weight.to(x.dtype)).float()
    return F.cross_entropy(logits, targets, reduction='sum') / count


class _AddRmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, kernels, x, added, weight, epsilon):
        width = x.shape[-1]
        rows = x.numel() // width
        total, out, inverse = (
            torch.empty_like(x),
            torch.empty_like(x, dtype=torch.bfloat16),
            x.new_empty(rows),
        )
        kernels.add_rms_norm(x, added, weight, epsilon, rows, width, total, out, inverse)
        ctx.save_for_backward(total, weight, inverse)
        ctx.kernels, ctx.plain = kernels, added is None
        return total, out

    @staticmethod
    def backward(ctx, d_total, d_out):
        total, weight, inverse = ctx.saved_tensors
        width = total.shape[-1]
        d_total = torch.zeros_like(total) if d_total is None else d_total.contiguous().clone()
        d_added, d_weight = torch.empty_like(total, dtype=torch.bfloat16), torch.zeros_like(weight)
        ctx.kernels.add_rms_norm_backward(
            d_out.contiguous(),
            total,
            weight,
            inverse,
            total.numel() // width,
            width,
            d_total,
            d_added,
            d_weight,
        )
        return None, d_total, None if ctx.plain else d_added, d_weight, None


class _Swiglu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, kernels, both):
        width = both.shape[-1] // 2
        out = both.new_empty(*both.shape[:-1], width)
        kernels.swiglu(both, out.numel() // width, width, out)
        ctx.kernels = kernels
        ctx.save_for_backward(both)
        return out

    @staticmethod
    def backward(ctx, d_out):
        (both,) = ctx.saved_tensors
        width = both.shape[-1] // 2
        d_both = torch.empty_like(both)
        ctx.kernels.swiglu_backward(d_out.contiguous(), both, d_out.numel() // width, width, d_both)
        return None, d_both


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, kernels, qkv, cosine, sine, shape, limits):
        batch, time, _ = qkv.shape
        heads, kv, head = shape.heads, shape.kv_heads, shape.head
        q = qkv.new_empty(batch, heads, time, head)
        k, v = qkv.new_empty(2, batch, kv, time, head)
        scale = head**-0.5
        kernels.rotate_heads(qkv, cosine, sine, scale, batch, time, heads, kv, q, k, v, 0)
        # The query heads that share a key head are rows of one product.
        q, k, v = q.view(batch * kv, -1, head), k.view(batch * kv, time, head), v.view(batch * kv, time, head)
        p = torch.bmm(q, k.transpose(1, 2))
        kernels.masked_softmax(p, p.numel() // time, time, limits, heads * time)
        y = torch.bmm(p, v)
        ctx.save_for_backward(q, k, v, p, cosine, sine)
        ctx.kernels, ctx.shape, ctx.scale = kernels, shape, scale
        return y.view(batch, heads, time, head).transpose(1, 2).reshape(batch, time, heads * head)

    @staticmethod
    def backward(ctx, d_y):
        q, k, v, p, cosine, sine = ctx.saved_tensors
        batch, time, _ = d_y.shape
        heads, kv, head = ctx.shape.heads, ctx.shape.kv_heads, ctx.shape.head
        d_y = d_y.view(batch, time, heads, head).transpose(1, 2).reshape(batch * kv, -1, head)
        d_v = torch.bmm(p.transpose(1, 2), d_y)
        d_p = torch.bmm(d_y, v.transpose(1, 2))
        ctx.kernels.softmax_backward(p, d_p, d_p.numel() // time, time)
        d_q, d_k = torch.bmm(d_p, k), torch.bmm(d_p.transpose(1, 2), q)
        d_qkv = d_y.new_empty(batch, time, (heads + 2 * kv) * head)
        ctx.kernels.rotate_heads(
            d_qkv,
            cosine,
            sine,
            ctx.scale,
            batch,
            time,
            heads,
            kv,
            d_q.contiguous(),
            d_k.contiguous(),
            d_v.contiguous(),
            1,
        )
        return None, d_qkv, None, None, None, None


def _plain_attention(qkv, cosine, sine, shape, limits):
    batch, time, _ = qkv.shape
    heads, kv, head = shape.heads, shape.kv_heads, shape.head
    apart = qkv.float().view(batch, time, heads + 2 * kv, head).transpose(1, 2)
    turned = _rotated(apart[:, : heads + kv], cosine, sine)
    q, k, v = turned[:, :heads] * head**-0.5, turned[:, heads:], apart[:, heads + kv :]
    k, v = (x.repeat_interleave(heads // kv, 1) for x in (k, v))
    position = torch.arange(time, device=qkv.device)
    seen = position[None] <= position[:, None] if limits is None else position < limits[:, None, None, None]
    p = (q @ k.transpose(2, 3)).masked_fill(~seen, float('-inf')).softmax(-1)
    return (p @ v).transpose(1, 2).reshape(batch, time, heads * head).to(qkv.dtype)


def _rotated(x, cosine, sine):
    a, b = x.chunk(2, -1)
    return torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1)


class _CrossEntropy(torch.autograd.Function):
    """In chunks, whose gradient is computed on the way: the logits of a whole batch are never kept."""

    CHUNK = 1024

    @staticmethod
    def forward(ctx, kernels, x, weight, targets, count):
        narrow = weight.bfloat16()
        d_x, d_weight, loss = torch.empty_like(x), torch.zeros_like(weight), 0.0
        for start in range(0, len(targets), _CrossEntropy.CHUNK):
            part = slice(start, start + _CrossEntropy.CHUNK)
            logits = F.linear(x[part], narrow)
            loss += kernels.cross_entropy(logits, targets[part], 1 / count, len(logits), weight.shape[0])
            d_x[part] = logits @ narrow
            d_weight += logits.t() @ x[part]
        ctx.save_for_backward(d_x, d_weight)
        return torch.tensor(loss / count)

    @staticmethod
    def backward(ctx, d):
        d_x, d_weight = ctx.saved_tensors
        return None, d_x * d.to(d_x.dtype), d_weight * d, None, None
