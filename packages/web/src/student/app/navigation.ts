import type { Place } from "./screens.ts";
import { samePlace } from "./screens.ts";

/** What a history entry of ours holds. The address itself never changes, so it can hold no secret. */
type Entry = { carhythm: 1; place: Place; below: Place | null; depth: number };

export type Direction = "forward" | "back";

/** The browser's history as a stack of places: its Back button and the page's own do the same. */
export type Navigation = {
	/** Goes to a new place; the present one stays below it. */
	go(place: Place): void;
	/** Puts a place where the present one is. */
	replace(place: Place): void;
	/** Goes back to a place: by the browser's history when it lies right below, so that no entry is left over. */
	back(place: Place): void;
	/** Lands in the middle of an assessment, with the place before it put below, which was never visited in this tab. */
	land(place: Place, below: Place | null): void;
};

/**
 * @param show draws a place
 * @param before the place before one that was landed on, so that Back leads further than this visit did
 * @param isAtPlace false while the student is asked something: the browser's Back and Forward then change nothing on the screen
 */
export function createNavigation(
	show: (place: Place, direction: Direction) => void,
	before: (place: Place) => Place | null,
	isAtPlace: () => boolean,
): Navigation {
	let current: Entry = { carhythm: 1, place: { kind: "welcome" }, below: null, depth: 0 };

	function write(entry: Entry, how: "push" | "replace") {
		current = entry;
		if (how === "push") history.pushState(entry, "");
		else history.replaceState(entry, "");
	}

	function replace(place: Place) {
		write({ ...current, place }, "replace");
		show(place, "back");
	}

	function stack(place: Place, below: Place | null) {
		if (below !== null) write({ carhythm: 1, place: below, below: null, depth: current.depth }, "replace");
		write(
			{ carhythm: 1, place, below, depth: current.depth + (below === null ? 0 : 1) },
			below === null ? "replace" : "push",
		);
	}

	window.addEventListener("popstate", (event) => {
		if (!isEntry(event.state)) return;
		const direction = event.state.depth < current.depth ? "back" : "forward";
		current = event.state;
		if (!isAtPlace()) return;
		if (current.below === null) stack(current.place, before(current.place));
		show(current.place, direction);
	});

	return {
		go(place) {
			write({ carhythm: 1, place, below: current.place, depth: current.depth + 1 }, "push");
			show(place, "forward");
		},
		replace,
		back(place) {
			if (current.below !== null && samePlace(current.below, place)) history.back();
			else replace(place);
		},
		land(place, below) {
			stack(place, below);
			show(place, "forward");
		},
	};
}

// Only this origin's own pages write its history, and a place that no longer exists is caught where it is drawn.
function isEntry(state: unknown): state is Entry {
	return typeof state === "object" && state !== null && "carhythm" in state;
}
