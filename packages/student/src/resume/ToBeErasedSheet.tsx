import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { download } from "../own-data/OwnDataSheet.tsx";
import { useOwnDataTexts } from "../own-data/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { startFresh } from "../visit/actions.ts";
import { keep, reopen } from "../visit/declare.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import type { ResumeSheetProps } from "./props.ts";
import { SheetLinks } from "./SheetLinks.tsx";
import { WrittenLast } from "./WrittenLast.tsx";

/** The student asked for erasure, here or on another device: until the day comes, all of it can be kept. */
export function ToBeErasedSheet({ choice, index, onNotYou }: ResumeSheetProps<"to_be_erased">) {
	const m = useMessages();
	const t = useOwnDataTexts();
	const visit = useVisit();
	const attempt = useAttempt();
	const [done, setDone] = useState(false);
	const { state, erase_at, pending } = choice;
	const save = async () => {
		setDone(false);
		if (!(await reopen(visit, choice))) return;
		await download(visit, "page");
		setDone(true);
	};
	return (
		<ConfirmSheet
			title={t.erased_title}
			primary={{ label: t.keep, work: () => keep(visit, choice) }}
			second={{ label: m.resume.new, work: () => startFresh(visit, state, false) }}
			links={
				<>
					<button type="button" class="ghost" aria-disabled={attempt.busy} onClick={() => attempt.run(save)}>
						{t.download_page}
					</button>
					<SheetLinks onNotYou={onNotYou} />
				</>
			}
		>
			<SessionRhythm index={index} state={state} now={null} />
			<p>{t.erased_body(erase_at, now())}</p>
			<WrittenLast state={state} />
			{pending > 0 && <p>{t.erased_pending}</p>}
			<p role="status">{done && t.downloaded}</p>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
		</ConfirmSheet>
	);
}
