import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { useSessionView } from "../visit/visit.ts";
import { RefusedSheet } from "./RefusedSheet.tsx";

/** Says that the server did not take something, wherever the student is, and shows what. */
export function RefusedNotice() {
	const m = useMessages();
	const { refused } = useSessionView();
	const [open, setOpen] = useState(false);
	if (refused.length === 0) return null;
	return (
		<Notice alert>
			<p>{m.refused.summary(refused.length)}</p>
			<button type="button" class="link" onClick={() => setOpen(true)}>
				{m.refused.show}
			</button>
			{open && <RefusedSheet onClose={() => setOpen(false)} />}
		</Notice>
	);
}
