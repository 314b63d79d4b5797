// What vitest's JSON reporter says of a run, in short.

const wordsOf = ({ failureMessages = [] }) => (failureMessages[0] ?? "").split("\n")[0].slice(0, 200);

/** Counts, and of each failed test its file, name and first line; a file that could not be run counts as one. */
export function testResults({ testResults: files }, root) {
  const fileOf = (file) => file.name.replace(`${root}/`, "");
  const tests = files.flatMap((file) =>
    file.assertionResults.map((test) => ({ file: fileOf(file), ...test })),
  );
  const count = (status) => tests.filter((test) => test.status === status).length;
  const broken = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failures = [
    ...tests
      .filter(({ status }) => status === "failed")
      .map(({ file, fullName, ...test }) => ({ file, test: fullName, says: wordsOf(test) })),
    ...broken.map((file) => ({ file: fileOf(file), test: null, says: (file.message ?? "").slice(0, 200) })),
  ];
  const skipped = count("pending") + count("skipped") + count("todo");
  return { passed: count("passed"), failed: failures.length, skipped, failures };
}
