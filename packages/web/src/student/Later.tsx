import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading, Unreachable } from "./loading/Loading.tsx";
import { useAttempt } from "./trouble.ts";

/** A screen whose code is fetched when it is needed. */
export function Later({ load }: { load: () => Promise<FunctionComponent> }) {
	const [loaded, setLoaded] = useState<{ Screen: FunctionComponent } | null>(null);
	const attempt = useAttempt();
	const fetchScreen = () => attempt.run(async () => setLoaded({ Screen: await load() }));
	// biome-ignore lint/correctness/useExhaustiveDependencies: fetched once; a retry is the student's.
	useEffect(fetchScreen, []);
	if (loaded) return <loaded.Screen />;
	return attempt.trouble ? <Unreachable onRetry={fetchScreen} /> : <Loading />;
}
