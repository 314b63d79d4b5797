import { describe, expect, it } from "vitest";
import type { Checked } from "../../../src/server/doctor/checks.js";
import { failure, notApplicable, ok, warning, type Finding } from "../../../src/server/doctor/finding.js";
import { isFine, reportJson, reportText } from "../../../src/server/doctor/report.js";
import { VERSION } from "../../../src/server/package-info.js";

const checked = (title: string, finding: Finding): Checked => ({
  check: { id: title.toLowerCase(), title, run: () => finding },
  finding,
});

const rows = [
  checked("Short", ok("is well")),
  checked("Longer", warning("could be better than it is now", "Mend it.")),
  checked("None", notApplicable("not here")),
];
const failed = checked("Port", failure("taken", "Choose another one."));

describe("the text", () => {
  it("aligns what was found, wraps it, and puts remedies below", () => {
    expect(reportText([...rows, failed], "The verdict.", { colours: false, width: 57 })).toBe(
      [
        `tacho ${VERSION}`,
        "",
        "ok       Short   is well",
        "warning  Longer  could be better than it is now",
        "                 → Mend it.",
        "-        None    not here",
        "FAILURE  Port    taken",
        "                 → Choose another one.",
        "",
        "The verdict.",
        "",
      ].join("\n"),
    );
    const long = checked("Long", ok(`${"word ".repeat(10)}${"x".repeat(60)}`));
    const lines = reportText([long], "", { colours: false, width: 60 }).split("\n").slice(2, 5);
    expect(lines.map((line) => line.trim().replace(/^ok +Long +/, ""))).toEqual([
      "word word word word word word word word word",
      "word",
      "x".repeat(60),
    ]);
  });

  it("has colours where they are asked for, and else no escapes", () => {
    expect(reportText([failed], "", { colours: true, width: 80 })).toContain("\x1b[31mFAILURE  \x1b[0m");
    expect(reportText([failed], "", { colours: false, width: 80 })).not.toContain("\x1b");
  });
});

it("is fine with warnings, and not with a failure", () => {
  expect(isFine(rows)).toBe(true);
  expect(isFine([...rows, failed])).toBe(false);
});

it("is one JSON document for programs", () => {
  expect(JSON.parse(reportJson([...rows, failed]))).toEqual({
    version: VERSION,
    ok: false,
    checks: [
      { id: "short", status: "ok", found: "is well" },
      { id: "longer", status: "warning", found: "could be better than it is now", remedy: "Mend it." },
      { id: "none", status: "not-applicable", found: "not here" },
      { id: "port", status: "failure", found: "taken", remedy: "Choose another one." },
    ],
  });
});
