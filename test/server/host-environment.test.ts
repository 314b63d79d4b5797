import { expect, test } from "vitest";
import { hostEnvironment } from "../../src/server/host-environment.js";

test("API keys stay with the front, whatever else the host gets", () => {
  for (const tunables of ["", "glibc.malloc.hugetlb=0"]) {
    const environment = { TACHO_API_KEY: "key", GLIBC_TUNABLES: tunables };
    expect(Object.keys(hostEnvironment(environment))).toEqual(["CUDA_DEVICE_ORDER", "GLIBC_TUNABLES"]);
    expect(environment.TACHO_API_KEY).toBe("key");
  }
});

test.each([
  [undefined, "glibc.malloc.hugetlb=1"],
  ["", "glibc.malloc.hugetlb=1"],
  ["glibc.malloc.check=1", "glibc.malloc.check=1:glibc.malloc.hugetlb=1"],
  ["glibc.malloc.hugetlb=0:glibc.malloc.check=1", "glibc.malloc.hugetlb=0:glibc.malloc.check=1"],
])("huge pages are asked for unless the user chose: %s", (given, expected) => {
  const environment = { HOME: "/home", ...(given === undefined ? {} : { GLIBC_TUNABLES: given }) };
  expect(hostEnvironment(environment)).toMatchObject({ HOME: "/home", GLIBC_TUNABLES: expected });
});

test("CUDA numbers GPUs as NVML does, unless the user chose", () => {
  expect(hostEnvironment({})["CUDA_DEVICE_ORDER"]).toBe("PCI_BUS_ID");
  const own = { CUDA_DEVICE_ORDER: "FASTEST_FIRST" };
  expect(hostEnvironment(own)).toMatchObject(own);
});
