import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { leaveOthers } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";

/** Leaves the student's other devices, after saying what that does; and says when it is done. */
export function LeaveOthersButton() {
	const m = useMessages();
	const visit = useVisit();
	const [isAsking, setAsking] = useState(false);
	const [isDone, setDone] = useState(false);
	const leave = async () => {
		await leaveOthers(visit);
		setDone(true);
		setAsking(false);
	};
	return (
		<>
			<div role="status">{isDone && <p class="quiet">{m.leave_others.done}</p>}</div>
			<button type="button" class="second" onClick={() => setAsking(true)}>
				{m.leave_others.open}
			</button>
			{isAsking && (
				<ConfirmSheet
					title={m.leave_others.title}
					primary={{ label: m.leave_others.yes, work: leave }}
					second={{ label: m.leave_others.no, onClick: () => setAsking(false) }}
					onDismiss={() => setAsking(false)}
				>
					<p>{m.leave_others.body}</p>
					<p>{m.leave_others.queued}</p>
				</ConfirmSheet>
			)}
		</>
	);
}
