// What each call of NVML took, from two snapshots of tacho's own metrics of them.

function histogramsOf(snapshot) {
  const series = snapshot.tacho_gpu_nvml_call_duration_seconds?.series ?? [];
  return new Map(series.map(({ labels, count, sum }) => [labels.call, { count, sum }]));
}

/** One row a call, the costliest first: how often a second, its mean microseconds, and milliseconds a second in all. */
export function callCosts(before, after, seconds) {
  const earlier = histogramsOf(before);
  const rows = [...histogramsOf(after)].map(([call, { count, sum }]) => {
    const { count: counted = 0, sum: spent = 0 } = earlier.get(call) ?? {};
    return { call, count: count - counted, took: sum - spent };
  });
  return rows
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.took - a.took)
    .map(({ call, count, took }) => ({
      call,
      perSecond: count / seconds,
      meanMicroseconds: (took / count) * 1e6,
      millisecondsPerSecond: (took / seconds) * 1000,
    }));
}
