import { flagOf } from "./instruction.mjs";
import { commandsIn } from "./shell-commands.mjs";
import { inherited, stagesOf } from "./stages.mjs";
import { BUILD_PACKAGES } from "./ubuntu-packages.mjs";
import { assignmentsOf, wordsOf } from "./variables.mjs";

const named = (instructions, ...names) => instructions.filter(({ name }) => names.includes(name));
const external = (stages) => stages.filter(({ parent, base }) => parent === null && base !== "scratch");

/** Instructions with a command of which `isBad` holds; a RUN in exec form has one command. */
function withCommand(instructions, isBad) {
  const commands = ({ words, text }) =>
    words === null ? commandsIn(text) : [{ program: words[0], words: words.slice(1) }];
  return named(instructions, "RUN").filter((run) => commands(run).some(isBad));
}

const isInstall = ({ program, words }) => program === "apt-get" && words.includes("install");
const installs = (instructions) => withCommand(instructions, isInstall);
const lacksFlag =
  (...flags) =>
  (command) =>
    isInstall(command) && !flags.some((flag) => command.words.includes(flag));

/** All but the last of them. */
const allButLast = (instructions) => instructions.slice(0, -1);
const perStage = (stages, ...names) => stages.map(({ instructions }) => named(instructions, ...names));

function userOf(stage) {
  return named(inherited(stage), "USER").at(-1);
}

function lacksPipefail(stage) {
  let pipefail = false;
  const bad = [];
  for (const instruction of inherited(stage)) {
    if (instruction.name === "SHELL") pipefail = instruction.words?.includes("pipefail") ?? false;
    const pipes = instruction.name === "RUN" && /(?<![|>])\|(?![|&])/.test(withoutQuotes(instruction.text));
    if (pipes && !pipefail && stage.instructions.includes(instruction)) bad.push(instruction);
  }
  return bad;
}

const withoutQuotes = (text) => text.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "");

const SECRET = /(?:^|_)(?:API_?KEY|KEY|PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?)(?:$|_)/i;

function relativeWithoutFolder(stage) {
  let hasFolder = false;
  return inherited(stage).filter((instruction) => {
    hasFolder ||= instruction.name === "WORKDIR";
    const target = wordsOf(instruction.text).at(-1) ?? "";
    const isOurs = instruction.name === "COPY" && stage.instructions.includes(instruction);
    return isOurs && !hasFolder && !/^[/$]/.test(target);
  });
}

function unknownSources(stages) {
  return stages.flatMap((stage, index) => {
    const known = stages.slice(0, index).map(({ name }) => name);
    const isUnknown = (copy) => flagOf(copy, "from") !== undefined && !known.includes(flagOf(copy, "from"));
    return named(stage.instructions, "COPY").filter(isUnknown);
  });
}

/**
 * Rules after hadolint's, with its ids where it has them (the others are BuildKit's or ours). `find` gives the
 * instructions or stages that break one; what it is given: all instructions, the stages and the last stage.
 * @type {{ id: string, text: string, find: (file: object) => { line: number }[] }[]}
 */
export const RULES = [
  {
    id: "DL3000",
    text: "WORKDIR is an absolute path",
    find: ({ all }) => named(all, "WORKDIR").filter(({ text }) => !/^["']?[/$]/.test(text)),
  },
  {
    id: "DL3002",
    text: "the last USER is not root",
    find: ({ last }) => {
      const user = userOf(last);
      return user !== undefined && !/^(?:root|0)(?::|$)/.test(user.text) ? [] : [user ?? last];
    },
  },
  {
    id: "DL3003",
    text: "WORKDIR changes the folder, not cd",
    find: ({ all }) => withCommand(all, ({ program }) => program === "cd"),
  },
  {
    id: "DL3004",
    text: "a build is root already: no sudo",
    find: ({ all }) => withCommand(all, ({ program }) => program === "sudo"),
  },
  {
    id: "DL3006",
    text: "a base image has a tag with its version in full, as 13.0.2",
    find: ({ stages }) =>
      external(stages).filter(({ base }) => !/:\d+\.\d+\.\d+/.test(base) && !/:latest$/.test(base)),
  },
  {
    id: "DL3007",
    text: "a base image is not :latest, which moves",
    find: ({ stages }) => external(stages).filter(({ base }) => /:latest$/.test(base)),
  },
  {
    id: "DL3009",
    text: "apt-get's lists are removed in the RUN that fetched them: rm -rf /var/lib/apt/lists/*",
    find: ({ all }) => installs(all).filter(({ text }) => !/rm -rf? \/var\/lib\/apt\/lists\/\*/.test(text)),
  },
  {
    id: "DL3012",
    text: "there is one HEALTHCHECK",
    find: ({ last }) => allButLast(named(inherited(last), "HEALTHCHECK")),
  },
  {
    id: "DL3014",
    text: "apt-get install does not ask: --yes",
    find: ({ all }) => withCommand(all, lacksFlag("--yes", "-y", "-qq")),
  },
  {
    id: "DL3015",
    text: "apt-get install takes --no-install-recommends",
    find: ({ all }) => withCommand(all, lacksFlag("--no-install-recommends")),
  },
  {
    id: "DL3020",
    text: "COPY, not ADD, which also unpacks and downloads",
    find: ({ all }) => named(all, "ADD"),
  },
  {
    id: "DL3021",
    text: "the target of several files ends with /",
    find: ({ all }) =>
      named(all, "COPY").filter(
        ({ text }) => wordsOf(text).length > 2 && !wordsOf(text).at(-1).endsWith("/"),
      ),
  },
  {
    id: "DL3022",
    text: "COPY --from names a stage before its own",
    find: ({ stages }) => unknownSources(stages),
  },
  {
    id: "DL3024",
    text: "each stage has a name of its own",
    find: ({ stages }) =>
      stages.filter(({ name }, i) => name !== "" && stages.slice(0, i).some((other) => other.name === name)),
  },
  {
    id: "DL3025",
    text: 'ENTRYPOINT, CMD and HEALTHCHECK are in exec form, ["node", "main.js"]: a shell would keep signals back',
    find: ({ all }) => [
      ...named(all, "ENTRYPOINT", "CMD").filter(({ words }) => words === null),
      ...named(all, "HEALTHCHECK").filter(({ text }) => !/^(?:NONE$|CMD\s*\[.*\]$)/.test(text)),
    ],
  },
  {
    id: "DL3027",
    text: "apt-get, not apt, whose command line changes",
    find: ({ all }) => withCommand(all, ({ program }) => program === "apt"),
  },
  {
    id: "DL3045",
    text: "a COPY to a relative path follows a WORKDIR",
    find: ({ stages }) => stages.flatMap(relativeWithoutFolder),
  },
  {
    id: "DL3057",
    text: "the image has a HEALTHCHECK",
    find: ({ last }) => {
      const health = named(inherited(last), "HEALTHCHECK").at(-1);
      return health !== undefined && health.text !== "NONE" ? [] : [health ?? last];
    },
  },
  {
    id: "DL4000",
    text: "MAINTAINER is a label: org.opencontainers.image.authors",
    find: ({ all }) => named(all, "MAINTAINER"),
  },
  {
    id: "DL4003",
    text: "a stage has one CMD",
    find: ({ stages }) => perStage(stages, "CMD").flatMap(allButLast),
  },
  {
    id: "DL4004",
    text: "a stage has one ENTRYPOINT",
    find: ({ stages }) => perStage(stages, "ENTRYPOINT").flatMap(allButLast),
  },
  {
    id: "DL4006",
    text: 'a RUN with a pipe follows SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
    find: ({ stages }) => stages.flatMap(lacksPipefail),
  },
  {
    id: "SecretsUsedInArgOrEnv",
    text: "no secret in ARG or ENV, which an image tells: use RUN --mount=type=secret",
    find: ({ all }) =>
      named(all, "ARG", "ENV").filter((one) => assignmentsOf(one).some(([name]) => SECRET.test(name))),
  },
  {
    id: "BuildToolInImage",
    text: "the last stage holds no compiler: what builds belongs into a stage before",
    find: ({ last }) => [
      ...(/-devel-/.test(last.base) ? [last] : []),
      ...withCommand(
        inherited(last),
        (command) => isInstall(command) && command.words.some((word) => BUILD_PACKAGES.includes(word)),
      ),
    ],
  },
  {
    id: "HostModes",
    text: "a COPY of the context's files says their modes, which are else those of whoever builds: --chmod=644, for folders 755",
    find: ({ all }) =>
      named(all, "COPY").filter(
        (copy) =>
          flagOf(copy, "from") === undefined && !/^0?[67][4-7][4-7]$/.test(flagOf(copy, "chmod") ?? ""),
      ),
  },
  {
    id: "HereDocument",
    text: "no here-documents: this check does not read them",
    find: ({ all }) => named(all, "RUN", "COPY").filter(({ text }) => /<<-?["']?\w/.test(text)),
  },
];

/** What breaks a rule, as { line, text }. */
export function brokenRules(instructions) {
  const stages = stagesOf(instructions);
  const file = { all: instructions, stages, last: stages.at(-1) };
  return RULES.flatMap(({ id, text, find }) =>
    find(file).map(({ line }) => ({ line, text: `${id}: ${text}` })),
  );
}
