const HUGE_PAGES = "glibc.malloc.hugetlb";

/**
 * The engine host's environment. glibc's malloc then asks the kernel for huge pages: looking up the addresses of
 * weights in small ones took a seventh of each step (58 million parameters, 16 sequences). A choice of the user's own
 * stays. The API keys are left out: whatever reads the host's memory or environment finds none.
 */
export function hostEnvironment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // NVML numbers GPUs by their place on the bus; CUDA would begin with the fastest.
  const env: NodeJS.ProcessEnv = { CUDA_DEVICE_ORDER: "PCI_BUS_ID", ...given };
  delete env["TACHO_API_KEY"];
  const tunables = env["GLIBC_TUNABLES"]?.split(":").filter(Boolean) ?? [];
  if (tunables.some((one) => one.startsWith(`${HUGE_PAGES}=`))) return env;
  return { ...env, GLIBC_TUNABLES: [...tunables, `${HUGE_PAGES}=1`].join(":") };
}
