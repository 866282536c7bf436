import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { notYouSheet } from "./lazy-sheet.ts";

/** For the next person at the computer of a family or a library, who finds another person's results. */
export function NotYouButton() {
	const m = useMessages();
	const [asking, setAsking] = useState(false);
	return (
		<>
			<button type="button" class="ghost small quiet" onClick={() => setAsking(true)}>
				{m.not_you.open}
			</button>
			{asking && (
				<Lazy screen={notYouSheet} props={{ stays: { kind: "results" }, onCancel: () => setAsking(false) }} />
			)}
		</>
	);
}
