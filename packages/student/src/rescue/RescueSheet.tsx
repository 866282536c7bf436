import type { RescueCopy } from "@carhythm/client";
import { Notice, Sheet } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { saveFile } from "../parts/save-file.ts";
import { opened } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** Saves what only this device has to a file, and says for whom that is. */
export function RescueSheet({ onClose }: { onClose: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { display_id } = useSessionView();
	const [done, setDone] = useState<{ copy: RescueCopy | null } | null>(null);
	const save = async () => {
		const copy = await opened(visit).exportUnsent();
		if (copy) saveFile({ ...copy, type: "application/json" });
		setDone({ copy });
	};
	return (
		<Sheet title={m.rescue.title} onDismiss={onClose}>
			<p>{m.rescue.body}</p>
			<p>
				<strong>{m.rescue.personal}</strong>
			</p>
			<p class="quiet">
				{m.pause_sheet.number} <bdi class="display-id">{display_id}</bdi>
			</p>
			<div role="status">
				{done?.copy && (
					<>
						<p>{m.rescue.saved(done.copy.operations)}</p>
						<p>
							<bdi class="display-id">{done.copy.name}</bdi>
						</p>
					</>
				)}
				{done && !done.copy && <p>{m.rescue.nothing}</p>}
			</div>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button type="button" class="primary" aria-disabled={attempt.busy} onClick={() => attempt.run(save)}>
					{m.rescue.save}
				</button>
				<button type="button" class="second outlined" onClick={onClose}>
					{m.close}
				</button>
			</div>
		</Sheet>
	);
}
