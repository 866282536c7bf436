import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { OwnDataSheet } from "./OwnDataSheet.tsx";

/** The way to download, to delete, and to what is promised: in Pause and below the results. */
export function OwnDataButton() {
	const m = useMessages();
	const [open, setOpen] = useState(false);
	return (
		<>
			<button type="button" class="second" onClick={() => setOpen(true)}>
				{m.your_data}
			</button>
			{open && <OwnDataSheet onClose={() => setOpen(false)} />}
		</>
	);
}
