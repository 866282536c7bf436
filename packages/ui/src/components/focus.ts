import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * For the heading of a screen that follows another: the page is at its top and the heading has the focus, so
 * that a screen reader reads it and Tab goes on from there.
 * @param key changes when the screen shows something else
 */
export function useFocusOnEnter(key: unknown = null) {
	const heading = useRef<HTMLHeadingElement>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the key decides when, not what.
	useLayoutEffect(() => {
		window.scrollTo(0, 0);
		heading.current?.focus({ preventScroll: true });
	}, [key]);
	return heading;
}
