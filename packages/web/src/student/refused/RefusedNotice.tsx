import { useState } from "preact/hooks";
import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { useSessionView } from "../app/visit.ts";
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
