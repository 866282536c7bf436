import { Notice, Sheet } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { forget } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";

/**
 * After it nothing on this computer leads back to the answers. So the way to a device of one's own comes first.
 * While something is unsent it says so and stays.
 */
export function LeaveSheet({
	onOtherDevice,
	onCancel,
}: {
	onOtherDevice?: () => void;
	onCancel: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const [unsent, setUnsent] = useState(false);
	const trouble = attempt.trouble ?? (unsent && !attempt.busy ? m.shared_computer.unsent : null);
	return (
		<Sheet title={m.shared_computer.leave_title} onDismiss={onCancel}>
			<p>{onOtherDevice ? m.shared_computer.leave_body : m.shared_computer.leave_body_results}</p>
			{trouble && <Notice alert>{trouble}</Notice>}
			<div class="sheet-actions">
				{onOtherDevice && (
					<button type="button" class="primary" onClick={onOtherDevice}>
						{m.pause_sheet.other_device}
					</button>
				)}
				<button
					type="button"
					class="second"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(async () => setUnsent((await forget(visit, "left")) > 0))}
				>
					{attempt.busy
						? m.shared_computer.leaving
						: onOtherDevice
							? m.shared_computer.leave_yes
							: m.shared_computer.leave_yes_results}
				</button>
				<button type="button" class={onOtherDevice ? "second" : "primary"} onClick={onCancel}>
					{m.shared_computer.leave_no}
				</button>
			</div>
		</Sheet>
	);
}
