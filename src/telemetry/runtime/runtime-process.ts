import { CounterFollower } from "./counter-follower.js";
import { OpenFiles, openFilesLimit } from "./open-files.js";
import { showLevels, type RuntimePart, type RuntimeSubject } from "./runtime-part.js";
import { sharedReading } from "./shared-reading.js";

type Whole = NonNullable<RuntimeSubject["process"]>;

function observeCpu({ metrics }: RuntimeSubject, whole: Whole): () => void {
  const start = process.cpuUsage();
  const user = new CounterFollower(metrics.cpuUser.labels(whole), start.user / 1e6);
  const system = new CounterFollower(metrics.cpuSystem.labels(whole), start.system / 1e6);
  const both = new CounterFollower(metrics.cpu.labels(whole), (start.user + start.system) / 1e6);
  return () => {
    const now = process.cpuUsage();
    user.follow(now.user / 1e6);
    system.follow(now.system / 1e6);
    both.follow((now.user + now.system) / 1e6);
  };
}

function showIdentity({ metrics }: RuntimeSubject, whole: Whole): () => void {
  const [major = "", minor = "", patch = ""] = process.versions.node.split(".");
  const version = metrics.nodeVersion.labels({ ...whole, version: process.version, major, minor, patch });
  const startTime = metrics.startTime.labels(whole);
  version.show();
  startTime.set(performance.timeOrigin / 1000);
  return () => {
    version.hide();
    startTime.set(NaN);
  };
}

/** What the process as a whole has; its main thread tells it. */
export function observeProcess(subject: RuntimeSubject, whole: Whole): RuntimePart {
  const { metrics } = subject;
  const openFiles = new OpenFiles();
  const limit = openFilesLimit();
  openFiles.everySecond();
  const followCpu = observeCpu(subject, whole);
  const hideIdentity = showIdentity(subject, whole);
  const hideLevels = showLevels([
    [metrics.openFiles.labels(whole), sharedReading(() => openFiles.count())],
    [metrics.maxFiles.labels(whole), () => limit],
  ]);
  return {
    everySecond() {
      followCpu();
      openFiles.everySecond();
    },
    close() {
      hideIdentity();
      hideLevels();
    },
  };
}
