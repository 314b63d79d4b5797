// Loads the back ends of a folder, and tells the devices and why CUDA has none.
import { whyNoDevice } from "../../../dist/engine/device-absence.js";
import { loadNativeEngine } from "../../../dist/engine/native-engine.js";

const [directory] = process.argv.slice(2);
const { devices, problem } = loadNativeEngine({ directory }).loadBackends(directory);
const backEnds = devices.map(({ backend }) => backend).join(", ");
console.log(`${backEnds}; ${whyNoDevice({ variant: "cuda", directory }, problem)}`);
