import { defineCatalog } from "../catalog.js";

/** Which process: a role such as "front", and no process id, which would make series without end. */
const PROCESS = { process: "configured" } as const;
/** Which thread of it: "main", or what a worker does. */
const THREAD = { ...PROCESS, thread: "configured" } as const;

const bytes = { type: "gauge", mode: "function", unit: "bytes", labels: THREAD } as const;
const seconds = { type: "counter", unit: "seconds", labels: PROCESS } as const;

/**
 * What the Node runtime of every process and thread shows. The names are those of prom-client's default metrics
 * wherever these mean the same, and OpenTelemetry's where prom-client has none. Threads with the same labels are
 * added up, but for what has no sum (`last`).
 */
export const runtimeCatalog = defineCatalog({
  eventLoopDelay: {
    type: "nativeHistogram",
    name: "nodejs_eventloop_delay_seconds",
    help: "How long what is due waits for the event loop, sampled every 100 ms.",
    unit: "seconds",
    labels: THREAD,
    // Timers are due in whole milliseconds, so less cannot be told apart.
    range: [2 ** -11, 64],
  },
  eventLoopLag: {
    type: "gauge",
    mode: "last",
    name: "nodejs_eventloop_lag_seconds",
    help: "The latest sample of the event loop's delay.",
    unit: "seconds",
    labels: THREAD,
  },
  eventLoopUtilization: {
    type: "gauge",
    mode: "last",
    name: "nodejs_eventloop_utilization_ratio",
    help: "Share of the last second in which the event loop was busy.",
    unit: "ratio",
    labels: THREAD,
  },
  eventLoopTime: {
    type: "counter",
    name: "nodejs_eventloop_time_seconds_total",
    help: "Time that the event loop has been busy (active) or waiting (idle).",
    unit: "seconds",
    labels: { ...THREAD, state: ["active", "idle"] },
  },
  gcDuration: {
    type: "nativeHistogram",
    name: "nodejs_gc_duration_seconds",
    help: "Duration of garbage collections, in which the thread stands still.",
    unit: "seconds",
    labels: { ...THREAD, kind: ["major", "minor", "incremental", "weakcb"] },
    range: [2 ** -14, 16],
  },
  heapUsed: { ...bytes, name: "nodejs_heap_size_used_bytes", help: "Heap in use." },
  heapTotal: { ...bytes, name: "nodejs_heap_size_total_bytes", help: "Heap reserved." },
  heapLimit: { ...bytes, name: "nodejs_heap_size_limit_bytes", help: "Heap at which the thread dies." },
  externalMemory: {
    ...bytes,
    name: "nodejs_external_memory_bytes",
    help: "Memory of native objects that the heap holds on to, array buffers included.",
  },
  arrayBuffers: {
    ...bytes,
    name: "nodejs_array_buffers_memory_bytes",
    help: "Memory of array buffers, Node's Buffers included.",
  },
  heapSpaceUsed: {
    ...bytes,
    name: "nodejs_heap_space_size_used_bytes",
    help: "A space of the heap: in use.",
    labels: { ...THREAD, space: "configured" },
  },
  heapSpaceTotal: {
    ...bytes,
    name: "nodejs_heap_space_size_total_bytes",
    help: "A space of the heap: reserved.",
    labels: { ...THREAD, space: "configured" },
  },
  heapSpaceAvailable: {
    ...bytes,
    name: "nodejs_heap_space_size_available_bytes",
    help: "A space of the heap: reserved and free.",
    labels: { ...THREAD, space: "configured" },
  },
  activeResources: {
    type: "gauge",
    mode: "function",
    name: "nodejs_active_resources",
    help: "Resources that keep the event loop alive, such as sockets and timers.",
    labels: { ...THREAD, type: "configured" },
  },
  residentMemory: {
    ...bytes,
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    labels: PROCESS,
  },
  cpuUser: { ...seconds, name: "process_cpu_user_seconds_total", help: "CPU time in user mode." },
  cpuSystem: { ...seconds, name: "process_cpu_system_seconds_total", help: "CPU time in the kernel." },
  cpu: { ...seconds, name: "process_cpu_seconds_total", help: "CPU time, user and system." },
  openFiles: {
    type: "gauge",
    mode: "function",
    name: "process_open_fds",
    help: "Open file descriptors.",
    labels: PROCESS,
  },
  maxFiles: {
    type: "gauge",
    mode: "function",
    name: "process_max_fds",
    help: "Most file descriptors that may be open.",
    labels: PROCESS,
  },
  startTime: {
    type: "gauge",
    mode: "last",
    name: "process_start_time_seconds",
    help: "Start of the process in seconds since the Unix epoch.",
    unit: "seconds",
    labels: PROCESS,
  },
  nodeVersion: {
    type: "info",
    name: "nodejs_version_info",
    help: "Version of Node.",
    labels: {
      ...PROCESS,
      version: "configured",
      major: "configured",
      minor: "configured",
      patch: "configured",
    },
  },
});
