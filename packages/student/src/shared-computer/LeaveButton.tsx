import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { leaveSheet } from "./lazy-sheet.ts";

/**
 * Ends a visit to a shared computer, which cannot be undone here: so it is asked first.
 * @param props.onOtherDevice left out where there is nothing to go on with
 */
export function LeaveButton({ onOtherDevice }: { onOtherDevice?: () => void }) {
	const m = useMessages();
	const [asking, setAsking] = useState(false);
	return (
		<>
			<button type="button" class="second" onClick={() => setAsking(true)}>
				{m.pause_sheet.leave}
			</button>
			{asking && (
				<Lazy
					screen={leaveSheet}
					props={{ ...(onOtherDevice && { onOtherDevice }), onCancel: () => setAsking(false) }}
				/>
			)}
		</>
	);
}
