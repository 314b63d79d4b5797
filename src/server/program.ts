import { keyText } from "./access/key-command.js";
import { bannerText } from "./banner.js";
import { helpText, parseCommand } from "./command-line.js";
import { runDoctor } from "./doctor/doctor-command.js";
import { EngineStartError } from "./engine-link.js";
import { Front } from "./front.js";
import { startProblem } from "./start-problem.js";
import { logLine } from "./log.js";
import { runMetrics } from "./metrics-command.js";
import type { ServerTelemetry } from "./meters.js";
import { observeRuntime } from "../telemetry/index.js";
import { VERSION } from "./package-info.js";
import { prepare } from "./preparation.js";
import { ProgressLine } from "./progress-line.js";
import { UsageError, type Settings } from "./settings.js";
import { readSettings } from "./settings-reader.js";

/** What the program is put together from; tests put a scripted engine host in. */
export interface ProgramParts {
  args: string[];
  env: NodeJS.ProcessEnv;
  hostModule: string;
  /**
   * Opens the segment that all processes of this server share: a new one, or that which an earlier run left in the
   * file.
   */
  openTelemetry(metricsFile: string | null): ServerTelemetry;
}

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

/** The `tacho` command: resolves once it serves, or has said what is wrong and set the exit code. */
export async function runProgram(parts: ProgramParts): Promise<void> {
  try {
    const command = parseCommand(parts.args);
    if (command.kind === "help") process.stdout.write(helpText());
    else if (command.kind === "version") process.stdout.write(`${VERSION}\n`);
    else if (command.kind === "metrics") await printMetrics(command.given);
    else if (command.kind === "key") process.stdout.write(keyText(command.given));
    else if (command.kind === "doctor") await examine(command.given, parts.env);
    else await serve(readSettings(command.given, parts.env), parts);
  } catch (error) {
    logLine(startProblem(error));
    process.exit(exitCode(error));
  }
}

async function printMetrics(given: ReadonlyMap<string, string>): Promise<void> {
  endWithReader();
  await runMetrics(given, process.stdout);
}

/** Ends at once, as a process that hangs in a driver cannot be ended. */
async function examine(given: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): Promise<void> {
  endWithReader();
  const fine = await runDoctor(readSettings(given, env), env, given.has("json"), process.stdout);
  process.exit(fine ? 0 : EXIT_FAILURE);
}

/** Whoever reads the output may leave, as `head` does. */
function endWithReader(): void {
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === "EPIPE" ? 0 : EXIT_FAILURE),
  );
}

async function serve(settings: Settings, parts: ProgramParts): Promise<void> {
  process.title = "tacho front";
  const { models, access, makeTracing } = await prepare(settings, parts.env);
  // Before the segment is made: a signal without a handler ends the process and leaves the file. What is heard
  // from here on is handled after this function's first pause, when there is a front.
  const stopping = drainOnSignals(() => front);
  const telemetry = parts.openTelemetry(settings.metricsFile || null);
  observeRuntime(telemetry, { process: "front" });
  telemetry.observeGpu();
  const progress = new ProgressLine(process.stderr);
  const front = new Front({
    settings: { ...settings, apiKey: "" },
    access,
    models,
    telemetry,
    hostModule: parts.hostModule,
    makeTracing,
    onProgress: (phase, fraction) => progress.update(phase, fraction),
  });
  // Runs in every ending that Node can notice, an uncaught exception among them.
  process.on("exit", () => {
    front.kill();
    telemetry.close();
  });
  try {
    await front.listen();
    const model = await front.load();
    progress.end();
    process.stdout.write(bannerText(model, models, front, !access.keys.isEmpty));
  } catch (error) {
    progress.end();
    // To be told to stop while all this starts is no failure.
    if (!stopping()) throw error;
  }
}

/** The first signal drains; Ctrl-C while draining ends at once. @returns Whether a signal has come. */
function drainOnSignals(front: () => Front): () => boolean {
  let draining = false;
  const drain = (signal: string) => {
    if (draining) {
      if (signal === "SIGINT") process.exit(EXIT_INTERRUPTED);
      return;
    }
    draining = true;
    logLine(
      `${signal}: finishing the requests in hand${signal === "SIGINT" ? "; Ctrl-C again ends at once" : ""}`,
    );
    front()
      .drain()
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logLine(startProblem(error));
          process.exit(EXIT_FAILURE);
        },
      );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, drain);
  return () => draining;
}

function exitCode(error: unknown): number {
  const usage = error instanceof UsageError || (error instanceof EngineStartError && error.usage);
  return usage ? EXIT_USAGE : EXIT_FAILURE;
}
