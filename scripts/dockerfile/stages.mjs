import { assignmentsOf, expand, wordsOf } from "./variables.mjs";

/**
 * A FROM and what follows it.
 * @typedef {object} Stage
 * @property {string} name "" without AS
 * @property {string} base an image, or the name of a stage before
 * @property {Stage | null} parent that stage
 * @property {number} line
 * @property {import("./instruction.mjs").Instruction[]} instructions
 */

/** The defaults of the ARGs before the first FROM, which hold for FROM alone until a stage names them again. */
export function globalArguments(instructions) {
  const before = instructions.slice(
    0,
    instructions.findIndex(({ name }) => name === "FROM"),
  );
  const values = {};
  for (const [name, value] of before.filter(({ name }) => name === "ARG").flatMap(assignmentsOf))
    values[name] = expand(value ?? "", values);
  return values;
}

function stageOf(from, globals, before) {
  const [base = "", , name = ""] = wordsOf(expand(from.text, globals));
  const parent = before.find((stage) => stage.name !== "" && stage.name === base) ?? null;
  return { name, base, parent, line: from.line, instructions: [] };
}

/** @returns {Stage[]} */
export function stagesOf(instructions) {
  const globals = globalArguments(instructions);
  const stages = [];
  for (const instruction of instructions) {
    if (instruction.name === "FROM") stages.push(stageOf(instruction, globals, stages));
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** The instructions of a stage after those of the stages that it stands on. */
export function inherited({ parent, instructions }) {
  return parent === null ? instructions : [...inherited(parent), ...instructions];
}
