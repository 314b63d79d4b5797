// Writes what a GPU machine without a network needs into a folder: archives, their checksums and unpack.sh.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rounded } from "../figures.mjs";
import { LLAMA_RELEASE, sharingPrograms } from "../peers/llama-cpp.mjs";
import { PARTS, trackedFiles, UNUSED_SOURCES } from "./pack-contents.mjs";

const UNPACK = fileURLToPath(new URL("unpack.sh", import.meta.url));
const BUNDLE = "node_modules/node-llama-cpp/llama/gitRelease.bundle";
/** The best that fits a machine of 2 GB; Node alone is 100 MB before and a quarter of it after. */
const LEVEL = "-9";

/** A git that the user's configuration cannot lead astray. */
const ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

/** Told of an x86's jumps, both make a twentieth less of programs and libraries, and no more of the rest. */
const FILTERS = process.arch === "x64" ? ["--x86"] : [];
/** With xz, or with the Python that the build takes anyway; $level is as xz's. */
const SQUEEZE = `squeeze() {
  if command -v xz >/dev/null; then xz -T1 ${FILTERS.join(" ")} --lzma2=preset="\${level#-}"
  else python3 -c "$PYTHON" "$level" ${FILTERS.join(" ")}; fi
}`;
const PYTHON = `import lzma, shutil, sys
filters = [{"id": lzma.FILTER_X86}] * (len(sys.argv) - 2) + [{"id": lzma.FILTER_LZMA2, "preset": int(sys.argv[1][1:])}]
with lzma.open(sys.stdout.buffer, "wb", filters=filters) as out: shutil.copyfileobj(sys.stdin.buffer, out)`;

/** Runs a shell's pipeline with `$1` and so on; `input` is what it reads. */
function pipeline(script, args, { cwd, input = "" }) {
  const options = { cwd, input, encoding: "utf8", env: { ...ENVIRONMENT, PYTHON }, maxBuffer: 2 ** 26 };
  const { status, stderr } = spawnSync(
    "bash",
    ["-euo", "pipefail", "-c", `${SQUEEZE}\n${script}`, "pack", ...args],
    options,
  );
  if (status !== 0) throw new Error(`Expected to pack, but: ${stderr.slice(-500)}`);
}

function archive({ files, base, without = [], under = "" }, file, level) {
  const flags = [...without.map((pattern) => `--exclude=${pattern}`), `--transform=flags=r;s,^,${under},`];
  const script = `
    file=$1 level=$2; shift 2
    tar --create --sort=name --owner=0 --group=0 "$@" --null --files-from=- | squeeze > "$file"`;
  pipeline(script, [file, level, ...flags], { cwd: base, input: files.join("\0") });
}

/** Runs `use` with a folder that is removed afterwards. */
function inFolder(use) {
  const folder = mkdtempSync(path.join(tmpdir(), "tacho-pack-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without the names of its functions, an eighth of it, where there is a strip that knows it. */
function archiveNode(node, file, level) {
  const script = 'level=$1; cp "$2" node; strip node 2>strip.log || true; squeeze < node > "$3"';
  inFolder((cwd) => pipeline(script, [level, node, file], { cwd }));
}

/** From the git bundle, without its history and what no build needs. */
function archiveSources(root, file, level) {
  const excluded = UNUSED_SOURCES.map((pattern) => `--exclude=./${pattern}`);
  const script = `
    file=$1 level=$2 bundle=$3; shift 3
    git clone --quiet --bare "$bundle" bare
    mkdir tree && git --git-dir=bare archive HEAD | tar --extract --directory=tree
    tar --create --sort=name --owner=0 --group=0 "$@" --directory=tree . | squeeze > "$file"`;
  inFolder((cwd) => pipeline(script, [file, level, path.join(root, BUNDLE), ...excluded], { cwd }));
}

function commitOf(root) {
  const options = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
  return execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=12"], options).trim();
}

const sumOf = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

function writeSums(folder, names) {
  const lines = names.map((name) => `${sumOf(path.join(folder, name))}  ${name}\n`);
  writeFileSync(path.join(folder, "SHA256SUMS"), lines.join(""));
}

const mebibytesOf = (file) => statSync(file).size / 2 ** 20;

const SOURCES = "llama.cpp.tar.xz";
/** All that unpack.sh would take, also of an earlier pack that held more. */
const ARCHIVES = [...PARTS.map(({ name }) => `${name}.tar.xz`), SOURCES];

/** Parts of PARTS with what they hold here. */
function partsOf(root, { forClone, forBenches, programs }) {
  return PARTS.filter(({ isInClone }) => !(forClone && isInClone))
    .map((part) => ({ ...part, base: part.base ? part.base(root, programs) : root }))
    .filter(({ base }) => base !== null)
    .map(({ list, ...part }) => ({ ...part, files: list(root, { forBenches }) }));
}

/**
 * Packs the repository at `root` into `folder`, which is made: for a clone without what git has, and for the benches
 * alone without what tests need, nor llama.cpp's sources where all is built from them. `programs` is the
 * folder of peers that share the CUDA back end, or null, `level` xz's, and `say` is told what is being packed.
 * @returns the files, [name, MiB], and what the repository's own take in a clone
 */
export function pack({
  root,
  folder,
  forClone = false,
  forBenches = false,
  programs = sharingPrograms(),
  level = LEVEL,
  node = process.execPath,
  say = () => {},
}) {
  mkdirSync(folder, { recursive: true });
  const to = (name) => path.join(folder, name);
  for (const name of ARCHIVES) rmSync(to(name), { force: true });
  const parts = partsOf(root, { forClone, forBenches, programs });
  for (const part of parts) {
    say(`packing ${part.name} …`);
    archive(part, to(`${part.name}.tar.xz`), level);
  }
  const withSources = !(forBenches && parts.some(({ name }) => name === "peers"));
  say(withSources ? "packing llama.cpp and Node …" : "packing Node …");
  if (withSources) archiveSources(root, to(SOURCES), level);
  archiveNode(node, to("node.xz"), level);
  const facts = { commit: commitOf(root), packedAt: new Date().toISOString(), release: LLAMA_RELEASE };
  writeFileSync(to("packed.json"), `${JSON.stringify({ ...facts, forBenches })}\n`);
  copyFileSync(UNPACK, to("unpack.sh"));
  const names = [
    ...parts.map(({ name }) => `${name}.tar.xz`),
    ...(withSources ? [SOURCES] : []),
    ...["node.xz", "packed.json", "unpack.sh"],
  ];
  writeSums(folder, names);
  const inTree = trackedFiles(root).map((file) => mebibytesOf(path.join(root, file)));
  return {
    files: [...names, "SHA256SUMS"].map((name) => [name, rounded(mebibytesOf(to(name)))]),
    treeMebibytes: inTree.reduce((sum, one) => sum + one, 0),
  };
}
