import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { useSessionView } from "../visit/visit.ts";
import { isWaitingLong } from "./offered.ts";
import { RescueSheet } from "./RescueSheet.tsx";

/** Beside the question: answers have been waiting for long, and can be saved to a file. */
export function RescueNotice() {
	const m = useMessages();
	const view = useSessionView();
	const [open, setOpen] = useState(false);
	// The sheet stays until it is closed, whatever is sent meanwhile.
	if (!open && !isWaitingLong(view)) return null;
	return (
		<Notice>
			<p>{m.rescue.notice}</p>
			<button type="button" class="link" onClick={() => setOpen(true)}>
				{m.rescue.open}
			</button>
			{open && <RescueSheet onClose={() => setOpen(false)} />}
		</Notice>
	);
}
