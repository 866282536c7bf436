import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";

/** An item that the keyboard picked up, and the order to which Escape returns. */
type Grabbed = { item: number; origin: readonly number[] };

/** Moves rows by keyboard: Space or Enter picks up and puts down, arrows move, Escape returns. */
export function useGrabbing(ordering: {
	list: { readonly current: HTMLElement | null };
	order: readonly number[];
	move: (from: number, to: number) => void;
	hold: (order: readonly number[]) => void;
	say: (text: string) => void;
	text: (item: number) => string;
}) {
	const m = useMessages();
	const { list, order, move, hold, say, text } = ordering;
	const [grabbed, setGrabbed] = useState<Grabbed | null>(null);
	useKeptFocus(list, order);

	function pickUp(item: number) {
		setGrabbed({ item, origin: order });
		say(m.answer.order_grabbed(text(item)));
	}

	function putDown({ item }: Grabbed) {
		setGrabbed(null);
		say(m.answer.order_dropped(text(item), order.indexOf(item) + 1));
	}

	function giveBack({ item, origin }: Grabbed) {
		setGrabbed(null);
		if (origin.join() !== order.join()) hold(origin);
		say(m.answer.order_returned(text(item)));
	}

	function press(item: number, key: string): boolean {
		const held = grabbed?.item === item ? grabbed : null;
		const at = order.indexOf(item);
		if (key === " " || key === "Enter") held ? putDown(held) : pickUp(item);
		else if (held && key === "Escape") giveBack(held);
		else if (held && key === "ArrowUp") move(at, at - 1);
		else if (held && key === "ArrowDown") move(at, at + 1);
		else return false;
		return true;
	}

	return {
		/** The item that is picked up now; null when none is. */
		grabbed: grabbed?.item ?? null,
		handlers: (item: number) => ({
			onKeyDown(event: KeyboardEvent) {
				if (press(item, event.key)) event.preventDefault();
			},
			onBlur(event: FocusEvent) {
				// Moving a row takes the focus away for a moment, to nowhere; only going elsewhere puts the row down.
				if (event.relatedTarget !== null && grabbed?.item === item) setGrabbed(null);
			},
		}),
	};
}

/** A browser takes the focus from an element that moves in the document; this gives it back. */
function useKeptFocus(list: { readonly current: HTMLElement | null }, order: readonly number[]) {
	const focused = useRef<Element | null>(null);
	const active = document.activeElement;
	focused.current = active && list.current?.contains(active) ? active : null;
	const key = order.join();
	// biome-ignore lint/correctness/useExhaustiveDependencies: the order decides when.
	useLayoutEffect(() => {
		if (focused.current instanceof HTMLElement && focused.current.isConnected) focused.current.focus();
	}, [key]);
}
