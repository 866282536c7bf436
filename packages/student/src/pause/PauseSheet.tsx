import { Sheet } from "@carhythm/ui";
import { useEffect } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { OwnDataButton } from "../own-data/OwnDataButton.tsx";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { isRescueOffered } from "../rescue/offered.ts";
import { LeaveButton } from "../shared-computer/LeaveButton.tsx";
import { opened } from "../visit/actions.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";
import { LeaveOthersButton } from "./LeaveOthersButton.tsx";

/** What is saved where, and until when, for someone who is about to leave. */
export function PauseSheet({
	onContinue,
	onOtherDevice,
	onRescue,
}: {
	onContinue: () => void;
	onOtherDevice: () => void;
	onRescue: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const view = useSessionView();
	const { value: screen } = visit.screen;
	const isAtQuestion = screen.kind === "route" && screen.route.kind === "question";
	const { index, state, save, expires_at, display_id, shared } = view;
	// A student who pauses is about to leave: what still waits is sent at once.
	useEffect(() => void opened(visit).flush(), [visit]);
	return (
		<Sheet title={m.pause_sheet.title} onDismiss={onContinue}>
			<SessionRhythm index={index} state={state} now={null} />
			<p>
				{shared ? m.pause_sheet.shared : isAtQuestion ? m.pause_sheet.body : m.pause_sheet.body_elsewhere}
			</p>
			<p aria-live="polite">
				<strong>
					{save.kind === "saved"
						? m.pause_sheet.all_saved(state.answered)
						: save.kind === "on_device"
							? m.pause_sheet.some_pending
							: m.pause_sheet.not_saved}
				</strong>{" "}
				{expires_at && m.pause_sheet.kept(expires_at, now())}
			</p>
			<p class="quiet">
				{m.pause_sheet.number} <bdi class="display-id">{display_id}</bdi>
			</p>
			<div class="sheet-actions">
				<button type="button" class="primary" onClick={onContinue}>
					{m.pause_sheet.continue}
				</button>
				<button type="button" class="second outlined" onClick={onOtherDevice}>
					{m.pause_sheet.other_device}
				</button>
				<LeaveOthersButton />
				{isRescueOffered(view) && (
					<button type="button" class="second" onClick={onRescue}>
						{m.rescue.title}
					</button>
				)}
				<OwnDataButton />
				{shared && <LeaveButton onOtherDevice={onOtherDevice} />}
			</div>
		</Sheet>
	);
}
