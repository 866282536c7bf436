import type { Route } from "./routes.ts";
import { sameRoute } from "./routes.ts";

/** What a history entry of ours holds. The address itself never changes, so it can hold no secret. */
/** Stored in the history of the browser: `place` keeps its name. */
type Entry = { carhythm: 1; place: Route; below: Route | null; depth: number };

export type Direction = "forward" | "back";

/** The browser's history as a stack of places: its Back button and the page's own do the same. */
export type Navigation = {
	/** Goes to a new place; the present one stays below it. */
	go(route: Route): void;
	/** Puts a place where the present one is. */
	replace(route: Route): void;
	/** Goes back to a place: by the browser's history when it lies right below, so that no entry is left over. */
	back(route: Route): void;
	/**
	 * Lands in the middle of an assessment, with the place before it put below, which was never visited in
	 * this tab.
	 */
	land(route: Route, below: Route | null): void;
};

/**
 * @param show draws a place
 * @param before the place before one that was landed on, so that Back leads further than this visit did
 * @param isAtPlace false while the student is asked something: the browser's Back and Forward then change
 *   nothing on the screen
 */
export function createNavigation(
	show: (route: Route, direction: Direction) => void,
	before: (route: Route) => Route | null,
	isAtPlace: () => boolean,
): Navigation {
	let current: Entry = { carhythm: 1, place: { kind: "welcome" }, below: null, depth: 0 };

	function write(entry: Entry, how: "push" | "replace") {
		current = entry;
		if (how === "push") history.pushState(entry, "");
		else history.replaceState(entry, "");
	}

	function replace(route: Route) {
		write({ ...current, place: route }, "replace");
		show(route, "back");
	}

	function stack(route: Route, below: Route | null) {
		if (below !== null) write({ carhythm: 1, place: below, below: null, depth: current.depth }, "replace");
		write(
			{ carhythm: 1, place: route, below, depth: current.depth + (below === null ? 0 : 1) },
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
		go(route) {
			write({ carhythm: 1, place: route, below: current.place, depth: current.depth + 1 }, "push");
			show(route, "forward");
		},
		replace,
		back(route) {
			if (current.below !== null && sameRoute(current.below, route)) history.back();
			else replace(route);
		},
		land(route, below) {
			stack(route, below);
			show(route, "forward");
		},
	};
}

// Only this origin's own pages write its history, and a place that no longer exists is caught where it is drawn.
function isEntry(state: unknown): state is Entry {
	return typeof state === "object" && state !== null && "carhythm" in state;
}
