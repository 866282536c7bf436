import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** A row under the finger: where it came from, where it would land, and how far it was moved in pixels. */
export type Drag = { from: number; to: number; offset: number };

const EDGE = 96;
const SCROLL_STEP = 10;
const SETTLE_MS = 180;

/** The middle and the height of each row in page coordinates, as measured when a drag begins. */
type Rows = { middle: number; height: number }[];

/** Where a row lands whose middle is at `middle`: below all rows that it has passed. */
export function landing(rows: Readonly<Rows>, from: number, middle: number): number {
	return rows.filter((row, i) => i !== from && row.middle < middle).length;
}

/** How far each row gives way, in pixels, while one is dragged. */
export function makeWay(drag: Drag, i: number, height: number): number {
	if (i === drag.from) return drag.offset;
	if (i > drag.from && i <= drag.to) return -height;
	if (i < drag.from && i >= drag.to) return height;
	return 0;
}

/**
 * Drags rows of a list by pointer events, which serve finger, pen and mouse alike.
 * @param list the list whose children are the rows
 * @param onMove is called once, when a row was put down elsewhere
 */
export function useDragging(
	list: { readonly current: HTMLElement | null },
	onMove: (from: number, to: number) => void,
) {
	const [drag, setDrag] = useState<Drag | null>(null);
	const rows = useRef<Rows>([]);
	const start = useRef(0);

	function follow(from: number, event: PointerEvent) {
		scrollAtEdges(event.clientY);
		const offset = event.pageY - start.current;
		const row = rows.current[from];
		setDrag({ from, to: row ? landing(rows.current, from, row.middle + offset) : from, offset });
	}

	return {
		drag,
		/** The space a dragged row leaves behind, in pixels. */
		stride: strideOf(rows.current, drag?.from ?? 0),
		handlers: (from: number) => ({
			onPointerDown(event: PointerEvent) {
				const { currentTarget } = event;
				if (event.button !== 0 || !(currentTarget instanceof HTMLElement)) return;
				currentTarget.setPointerCapture(event.pointerId);
				rows.current = measure(list.current);
				start.current = event.pageY;
				setDrag({ from, to: from, offset: 0 });
			},
			onPointerMove(event: PointerEvent) {
				if (drag?.from === from) follow(from, event);
			},
			onPointerUp() {
				setDrag(null);
				if (drag?.from === from && drag.to !== from) onMove(from, drag.to);
			},
			onPointerCancel: () => setDrag(null),
		}),
	};
}

function measure(list: HTMLElement | null): Rows {
	return Array.from(list?.children ?? [], (child) => {
		const { top, height } = child.getBoundingClientRect();
		return { middle: top + window.scrollY + height / 2, height };
	});
}

function strideOf(rows: Readonly<Rows>, from: number): number {
	const row = rows[from];
	const [first, second] = rows;
	if (row === undefined || first === undefined || second === undefined) return 0;
	const gap = second.middle - second.height / 2 - (first.middle + first.height / 2);
	return row.height + gap;
}

function scrollAtEdges(y: number) {
	if (y < EDGE) window.scrollBy(0, -SCROLL_STEP);
	else if (y > window.innerHeight - EDGE) window.scrollBy(0, SCROLL_STEP);
}

/**
 * Lets rows glide to their new places after the order changed.
 * @returns a function to call right before the order is changed
 */
export function useGliding(list: { readonly current: HTMLElement | null }, order: readonly number[]) {
	const before = useRef<Map<Element, number> | null>(null);
	const key = order.join();
	// biome-ignore lint/correctness/useExhaustiveDependencies: the order decides when.
	useLayoutEffect(() => {
		const tops = before.current;
		before.current = null;
		if (tops === null || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
		for (const child of list.current?.children ?? []) {
			const top = tops.get(child);
			const distance = top === undefined ? 0 : top - child.getBoundingClientRect().top;
			if (distance !== 0) {
				const from = { transform: `translateY(${distance}px)` };
				child.animate([from, { transform: "none" }], { duration: SETTLE_MS, easing: "ease-out" });
			}
		}
	}, [key]);
	return () => {
		const children = Array.from(list.current?.children ?? []);
		before.current = new Map(children.map((child) => [child, child.getBoundingClientRect().top]));
	};
}
