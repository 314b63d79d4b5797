import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { baseImage } from "./base-images.mjs";
import { linkTo } from "./linked-files.mjs";
import { ReplayProblem } from "./replay-problem.mjs";

const PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

/** The files of one stage as far as the Dockerfile makes them, in a folder of this machine, and its settings. */
export class StageTree {
  /** The WORKDIR. */
  folder = "/";
  /** Of ARG and ENV. */
  variables = {};
  /** Of ENV alone. */
  environment = {};
  /** Names of programs in /usr/bin, which no file stands for. */
  programs = new Set();
  /** Paths of links to folders of the repository, most of which no stage changes. */
  #borrowed = new Set();

  constructor(root) {
    this.root = root;
    mkdirSync(root);
  }

  /** @throws ReplayProblem where the image is unknown */
  static ofImage(root, name) {
    const image = baseImage(name);
    if (!image)
      throw new ReplayProblem(`FROM ${name} is no image that scripts/dockerfile/base-images.mjs knows`);
    const tree = new StageTree(root);
    tree.programs = new Set(image.programs);
    for (const [path, standIn] of Object.entries(image.files())) tree.#place(path, standIn);
    return tree;
  }

  static ofStage(root, parent) {
    const tree = new StageTree(root);
    tree.folder = parent.folder;
    tree.variables = { ...parent.variables };
    tree.environment = { ...parent.environment };
    tree.programs = new Set(parent.programs);
    tree.#borrowed = new Set(parent.#borrowed);
    linkTo(parent.root, root);
    return tree;
  }

  #place(path, standIn) {
    const place = this.place(path);
    if (standIn === null) return mkdirSync(place, { recursive: true });
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(standIn, place);
  }

  /** Has a path of the stage be a folder of the repository, until `own`. */
  borrow(path, folder) {
    this.#borrowed.add(posix.resolve(this.folder, path));
    this.#place(path, realpathSync(folder));
  }

  borrows(path) {
    return this.#borrowed.has(posix.resolve(this.folder, path));
  }

  /** Makes folders of its own of what is borrowed, whose files may then be removed. */
  own() {
    for (const path of this.#borrowed) {
      const source = realpathSync(this.place(path));
      rmSync(this.place(path));
      linkTo(source, this.place(path));
    }
    this.#borrowed.clear();
  }

  /** Where a path of the stage lies on this machine. */
  place(path) {
    return join(this.root, posix.resolve("/", this.folder, path));
  }

  has(path) {
    return existsSync(this.place(path));
  }

  /** Whether a command that is called by its name is found. */
  provides(program) {
    return this.programs.has(program) || this.findProgram(program) !== undefined;
  }

  /** Its file on this machine, undefined without one. */
  findProgram(program) {
    return PATH.map((folder) => join(this.root, folder, program)).find(existsSync);
  }
}
