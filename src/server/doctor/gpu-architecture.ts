/** As CMake names them: the major version and one digit of the minor one, then perhaps what is made of it. */
const FORM = /^(\d+)(\d)(a?)f?(-virtual)?/;

/**
 * Whether code compiled for `architectures` ("80", "90a", "120-real") holds a GPU's own machine code. `capability` is
 * "9.0". Code of a minor version runs on the later ones of its major, but for that of "a", which runs on no other;
 * "-virtual" leaves the compiling to the driver.
 */
export function holdsCodeFor(capability: string, architectures: readonly string[]): boolean {
  const [major, minor] = capability.split(".").map(Number);
  return architectures.some((architecture) => {
    const [, codeMajor, codeMinor, exact, virtual] = FORM.exec(architecture) ?? [];
    if (virtual !== undefined || Number(codeMajor) !== major) return false;
    return exact === "a" ? Number(codeMinor) === minor : Number(codeMinor) <= minor!;
  });
}
