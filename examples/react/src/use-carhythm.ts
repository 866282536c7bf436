import { type Client, createClient, openStorage, type Resumed, type Session } from "@carhythm/client";
import { useEffect, useReducer, useState } from "react";

/** What a page shows before there is a session. */
export type Visit =
	| { kind: "looking" }
	| { kind: "found"; client: Client; choice: Resumed["choice"] }
	| { kind: "failed"; error: unknown };

/** One client for the page, and what it found to come back to. */
export function useVisit(base_url: string): Visit {
	const [visit, setVisit] = useState<Visit>({ kind: "looking" });
	useEffect(() => {
		let client: Client | null = null;
		let isOver = false;
		async function look() {
			const storage = await openStorage();
			if (isOver) return;
			client = createClient({ base_url, storage });
			const { choice } = await client.resume();
			if (!isOver) setVisit({ kind: "found", client, choice });
		}
		look().catch((error: unknown) => setVisit({ kind: "failed", error }));
		return () => {
			isOver = true;
			client?.close();
		};
	}, [base_url]);
	return visit;
}

/** Draws the component again whenever the session changes, from whichever tab or device. */
export function useSession(session: Session): Session {
	const [, redraw] = useReducer((times: number) => times + 1, 0);
	useEffect(() => {
		const stop = session.subscribe(redraw);
		const end = session.follow();
		return () => {
			stop();
			end();
		};
	}, [session]);
	return session;
}
