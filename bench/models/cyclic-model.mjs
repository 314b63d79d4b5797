// A model whose greedy text repeats itself: each token's logit is made that of seeing the token before it in a cycle,
// by giving the output matrix the rows of the embedding in another order. It computes what the model it is made of does.
import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { readGgufFileInfo } from "node-llama-cpp";

/** Tokens of a cycle. Longer than the longest n-gram that any lookup here compares. */
export const CYCLE = 64;

/** The token before `token` in its cycle. */
export function before(token) {
  const start = token - (token % CYCLE);
  return start + ((token - start + CYCLE - 1) % CYCLE);
}

function tensorNamed(info, name) {
  const tensor = info.fullTensorInfo.find((one) => one.name === name);
  if (tensor === undefined) throw new Error(`Expected a tensor ${name} in the model for the copy scenario.`);
  return { ...tensor, start: Number(tensor.fileOffset), rows: Number(tensor.dimensions[1]) };
}

/** Bytes from the start of a tensor to that of the next one hold its rows and less than one row of padding. */
function rowBytes(info, { start, rows }) {
  const starts = info.fullTensorInfo.map(({ fileOffset }) => Number(fileOffset)).filter((at) => at > start);
  return Math.floor((Math.min(...starts) - start) / rows);
}

function reorderRows(file, embedding, output, bytes) {
  const row = Buffer.alloc(bytes);
  for (let token = 0; token < output.rows; token++) {
    const source = Math.min(before(token), output.rows - 1);
    readSync(file, row, 0, bytes, embedding.start + source * bytes);
    writeSync(file, row, 0, bytes, output.start + token * bytes);
  }
}

/** The path of the model beside `model`; the first use makes it. */
export async function cyclicModel(model) {
  const target = model.replace(/(\.gguf)?$/, "-cyclic.gguf");
  if (existsSync(target)) return target;
  const info = await readGgufFileInfo(model);
  const [embedding, output] = ["token_embd.weight", "output.weight"].map((name) => tensorNamed(info, name));
  if (embedding.ggmlType !== output.ggmlType)
    throw new Error("Expected an embedding and an output matrix of one type for the copy scenario.");
  const part = `${target}.part`;
  copyFileSync(model, part);
  const file = openSync(part, "r+");
  reorderRows(file, embedding, output, rowBytes(info, embedding));
  closeSync(file);
  renameSync(part, target);
  return target;
}
