import { useEffect, useState } from "preact/hooks";

const LOOK_EVERY_MS = 1000;

/** Milliseconds left of a span that begins when the component is drawn; a page that slept finds the time passed. */
export function useTimeLeft(span_ms: number): number {
	const [end] = useState(() => performance.now() + span_ms);
	const [left, setLeft] = useState(span_ms);
	useEffect(() => {
		const timer = setInterval(() => setLeft(Math.max(0, end - performance.now())), LOOK_EVERY_MS);
		return () => clearInterval(timer);
	}, [end]);
	return left;
}
