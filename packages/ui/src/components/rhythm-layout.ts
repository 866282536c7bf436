/** `now` is the question the student looks at. */
type BeatState = "open" | "answered" | "now";

/** One beat of the rhythm line; `height` is a share of the line's height. */
export type Beat = { height: number; state: BeatState; chapter: number };

/** A drawn bar: one beat, or several that were merged because the line is narrow. `x` and `width` in pixels. */
export type Bar = Beat & { x: number; width: number };

/** A bar and the space after it never take less than this, in pixels; below it, beats merge. */
const NARROWEST_SLOT = 3.2;
/** In pixels. */
const WIDEST_BEAT = 10;
/** More space than between two beats of one chapter, in pixels. */
const CHAPTER_GAP = 10;
/** In widths of a beat. */
const NOW_WIDTH = 1.6;
/** The share of a full line that is space. */
const GAP_SHARE = 0.42;

/**
 * Places the beats on a line of that width, from edge to edge: chapters apart, the present beat wider, beats
 * merged where they would be too narrow to see, and never so wide that a short assessment looks like blocks.
 * From right to left when `mirrored`.
 */
export function layoutRhythm(beats: readonly Beat[], width: number, mirrored: boolean): Bar[] {
	const merged = mergeBeats(beats, Math.max(1, Math.ceil((beats.length * NARROWEST_SLOT) / width)));
	const widths = merged.map((beat) => (beat.state === "now" ? NOW_WIDTH : 1));
	const breaks = merged.filter((_, i) => startsChapter(merged, i)).length;
	const unit = Math.min(WIDEST_BEAT, (width * (1 - GAP_SHARE)) / Math.max(1, sum(widths)));
	const space = width - unit * sum(widths);
	const gaps = Math.max(1, merged.length - 1);
	const extra = Math.min(CHAPTER_GAP, (3 * space) / gaps);
	const gap = (space - extra * breaks) / gaps;
	let x = 0;
	return merged.map((beat, i) => {
		if (i > 0) x += gap + (startsChapter(merged, i) ? extra : 0);
		const own = (widths[i] ?? 1) * unit;
		const bar = { ...beat, x: mirrored ? width - x - own : x, width: own };
		x += own;
		return bar;
	});
}

function startsChapter(beats: readonly Beat[], i: number): boolean {
	const before = beats[i - 1];
	return before !== undefined && before.chapter !== beats[i]?.chapter;
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

/** Joins up to `size` neighbours of one chapter. A joined beat counts as answered only when all of it is. */
function mergeBeats(beats: readonly Beat[], size: number): Beat[] {
	if (size === 1) return [...beats];
	const merged: Beat[] = [];
	let joined = 0;
	for (const beat of beats) {
		const last = merged.at(-1);
		if (last && last.chapter === beat.chapter && joined < size) {
			merged[merged.length - 1] = join(last, beat);
			joined += 1;
		} else {
			merged.push(beat);
			joined = 1;
		}
	}
	return merged;
}

function join(a: Beat, b: Beat): Beat {
	const state = a.state === "now" || b.state === "now" ? "now" : a.state === b.state ? a.state : "open";
	return { chapter: a.chapter, height: Math.max(a.height, b.height), state };
}
