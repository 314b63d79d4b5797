import { resolve } from "node:path";
import { callNative, loadAddon, type NativeSegment, type SegmentSizes } from "./native.js";

export interface SegmentOptions {
  /**
   * File of the segment, see `newSegmentPath()`; a relative one is resolved at once, so that a later `chdir` changes
   * nothing. Without one, the segment belongs to this thread alone.
   */
  path?: string;
  /** Attach to the segment at `path` instead of creating it. */
  attach?: boolean;
  /**
   * Go on from the segment that an earlier run left at `path`, and leave it there at the end, so that counters
   * outlive the process. A file of another layout or with other shapes of these metrics makes way for a new one.
   */
  adopt?: boolean;
  /** Sizes of a new segment; an attached or adopted one keeps its own. */
  sizes?: Partial<SegmentSizes>;
}

const DEFAULT_SIZES: SegmentSizes = { shards: 128, cellsPerShard: 2 ** 17, directoryBytes: 2 ** 23 };

/** Far beyond what any machine holds, and exact in JavaScript and C++. */
const MOST = 2 ** 48;

function sizesOf(given: Partial<SegmentSizes> = {}): SegmentSizes {
  const sizes = { ...DEFAULT_SIZES };
  for (const [name, size] of Object.entries(given) as [keyof SegmentSizes, unknown][]) {
    if (!Object.hasOwn(DEFAULT_SIZES, name))
      throw new TypeError(
        `Expected ${Object.keys(DEFAULT_SIZES).join(", ")} for sizes but received ${name}.`,
      );
    if (size === undefined) continue;
    if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > MOST)
      throw new TypeError(
        `Expected a positive integer for sizes.${name} but received ${JSON.stringify(size)}.`,
      );
    sizes[name] = size;
  }
  return sizes;
}

/** A system call would take what stands before a NUL for the whole path. */
function pathOf(path: unknown): string | null {
  if (path === undefined || path === null) return null;
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return resolve(path);
  throw new TypeError(`Expected a file's path for path but received ${JSON.stringify(path)}.`);
}

function checkOptions({ path, attach = false, adopt = false }: SegmentOptions): void {
  const chosen = attach ? "attach" : "adopt";
  if ((attach || adopt) && pathOf(path) === null)
    throw new TypeError(`Expected a path for ${chosen} but received none.`);
  if (attach && adopt) throw new TypeError("Expected attach or adopt but received both.");
}

/** Opens the segment and lets `use` register in it; closes it again when that fails. */
function using<T>(segment: NativeSegment, use: (segment: NativeSegment) => T): T {
  try {
    return use(segment);
  } catch (error) {
    segment.close();
    throw error;
  }
}

function isOtherShape(error: unknown): boolean {
  return (error as { code?: string }).code === "invalid_segment";
}

function adoptSegment<T>(path: string, sizes: SegmentSizes, use: (segment: NativeSegment) => T): T {
  const addon = loadAddon();
  const earlier = addon.adopt(path, sizes, null);
  try {
    return use(earlier);
  } catch (error) {
    try {
      if (!isOtherShape(error)) throw error;
      return using(addon.adopt(path, sizes, earlier), use);
    } finally {
      earlier.close();
    }
  }
}

/**
 * Opens a segment as the options say, and hands it to `use`.
 * @throws TelemetryError `addon_missing`, `invalid_segment`, `segment_full`; TypeError for options out of range or
 * that contradict.
 */
export function openSegment<T>(options: SegmentOptions, use: (segment: NativeSegment) => T): T {
  checkOptions(options);
  const { attach = false, adopt = false } = options;
  const path = pathOf(options.path);
  const sizes = sizesOf(options.sizes);
  return callNative(() => {
    if (adopt) return adoptSegment(path!, sizes, use);
    const addon = loadAddon();
    return using(attach ? addon.attach(path!) : addon.create(path, sizes), use);
  });
}
