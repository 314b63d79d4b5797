import { expect, test } from "vitest";
import { hostEnvironment } from "../../src/server/host-environment.js";

test.each([
  [undefined, "glibc.malloc.hugetlb=1"],
  ["", "glibc.malloc.hugetlb=1"],
  ["glibc.malloc.check=1", "glibc.malloc.check=1:glibc.malloc.hugetlb=1"],
  ["glibc.malloc.hugetlb=0:glibc.malloc.check=1", "glibc.malloc.hugetlb=0:glibc.malloc.check=1"],
])("huge pages are asked for unless the user chose: %s", (given, expected) => {
  const environment = { HOME: "/home", ...(given === undefined ? {} : { GLIBC_TUNABLES: given }) };
  expect(hostEnvironment(environment)).toEqual({ HOME: "/home", GLIBC_TUNABLES: expected });
});
