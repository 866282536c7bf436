import type { Attributes } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading, Unreachable } from "../loading/Loading.tsx";
import type { LazyScreen } from "./lazy-screen.ts";

/**
 * Shows a screen that comes later: mostly it is there already; else it is fetched, again when the network is
 * back.
 */
export function Lazy<Props extends object>({ screen, props }: { screen: LazyScreen<Props>; props: Props }) {
	const [failed, setFailed] = useState(false);
	const [component, setComponent] = useState({ current: screen.component });
	const fetchScreen = () => {
		setFailed(false);
		screen.fetch().then(
			(current) => setComponent({ current }),
			() => setFailed(true),
		);
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: fetched once; what follows is the network's or the student's.
	useEffect(() => {
		if (component.current !== null) return undefined;
		fetchScreen();
		window.addEventListener("online", fetchScreen);
		return () => window.removeEventListener("online", fetchScreen);
	}, [component.current]);
	if (component.current) return <component.current {...(props as Props & Attributes)} />;
	return failed ? <Unreachable onRetry={fetchScreen} /> : <Loading />;
}
