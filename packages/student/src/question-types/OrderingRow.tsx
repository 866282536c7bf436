import { DownIcon, GripIcon, UpIcon } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";

type PointerHandlers = {
	onPointerDown(event: PointerEvent): void;
	onPointerMove(event: PointerEvent): void;
	onPointerUp(): void;
	onPointerCancel(): void;
};
type KeyHandlers = { onKeyDown(event: KeyboardEvent): void; onBlur(event: FocusEvent): void };

/** One row of a ranking, with everything that moves it. */
export function OrderingRow(row: {
	text: string;
	/** From 1. */
	place: number;
	total: number;
	/** Under the finger, or picked up by the keyboard. */
	lifted: boolean;
	/** How far it is moved out of its place, in pixels; null while nothing is dragged. */
	shift: number | null;
	/** It is the one under the finger, and follows without delay. */
	following: boolean;
	drag: PointerHandlers;
	grab: KeyHandlers;
	onMove: (by: 1 | -1) => void;
}) {
	const m = useMessages();
	const { text, place, total } = row;
	const state = `${row.lifted ? "ordering-lifted" : ""} ${row.shift !== null && !row.following ? "ordering-yields" : ""}`;
	return (
		<li class={`ordering-row ${state}`} style={{ transform: row.shift ? `translateY(${row.shift}px)` : "" }}>
			<button
				type="button"
				class="ordering-handle"
				aria-label={m.answer.order_handle(text, place, total)}
				aria-describedby="how-to-answer"
				aria-pressed={row.lifted}
				{...row.drag}
				{...row.grab}
			>
				<GripIcon />
			</button>
			<span class="ordering-place" aria-hidden="true">
				{m.number(place)}
			</span>
			<span class="ordering-text">{text}</span>
			<button
				type="button"
				class="ordering-button"
				aria-label={m.answer.order_up(text)}
				aria-disabled={place === 1}
				onClick={() => row.onMove(-1)}
			>
				<UpIcon />
			</button>
			<button
				type="button"
				class="ordering-button"
				aria-label={m.answer.order_down(text)}
				aria-disabled={place === total}
				onClick={() => row.onMove(1)}
			>
				<DownIcon />
			</button>
		</li>
	);
}
