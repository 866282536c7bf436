import { ERASE_UNDO_DAYS, isWithdrawable, type PrivacyReply, sessionPage } from "@carhythm/core";
import { currentLanguage, Notice, Sheet } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { now } from "../parts/now.ts";
import { saveFile } from "../parts/save-file.ts";
import { opened } from "../visit/actions.ts";
import { fetchPrivacy } from "../visit/declare.ts";
import { useAttempt } from "../visit/errors.ts";
import { useSessionView, useVisit, type Visit } from "../visit/visit.ts";
import { NoticeSheet } from "./NoticeSheet.tsx";
import { useOwnDataTexts } from "./texts.ts";

type Step = "menu" | "delete" | "withdraw" | "withdrawn" | { notice: PrivacyReply };

/** Download, delete, take an agreement back: what the student may do with the own data. */
export function OwnDataSheet({
	onClose,
	first = "menu",
}: {
	onClose: () => void;
	first?: "menu" | "delete";
}) {
	const t = useOwnDataTexts();
	const visit = useVisit();
	const { state } = useSessionView();
	const [step, setStep] = useState<Step>(first);
	const menu = () => setStep("menu");
	if (typeof step === "object") return <NoticeSheet privacy={step.notice} reason="read" onClose={menu} />;
	switch (step) {
		case "menu":
			return <Menu onStep={setStep} onClose={onClose} />;
		case "delete":
			return <DeleteSheet onCancel={first === "delete" ? onClose : menu} />;
		case "withdraw":
			return (
				<ConfirmSheet
					title={t.withdraw_title}
					onDismiss={menu}
					primary={{ label: t.withdraw_no, onClick: menu }}
					second={{
						label: t.withdraw_yes,
						work: async () => {
							await (await opened(visit).ownData()).withdraw();
							// Inside the assessment the notice stands over the questions by now.
							if (state.status === "completed") setStep("withdrawn");
							else onClose();
						},
					}}
				>
					<p>{t.withdraw_body}</p>
				</ConfirmSheet>
			);
		case "withdrawn":
			return (
				<ConfirmSheet
					title={t.withdrawn_title}
					onDismiss={onClose}
					primary={{ label: t.delete, onClick: () => setStep("delete") }}
					second={{ label: t.leave_stored, onClick: onClose }}
				>
					<p>{t.withdraw_body}</p>
				</ConfirmSheet>
			);
	}
}

function Menu({ onStep, onClose }: { onStep: (step: Step) => void; onClose: () => void }) {
	const m = useMessages();
	const t = useOwnDataTexts();
	const visit = useVisit();
	const { consent, shared, index } = useSessionView();
	const attempt = useAttempt();
	const [done, setDone] = useState(false);
	const act = (work: () => Promise<unknown>) => {
		setDone(false);
		attempt.run(work);
	};
	const save = (format: "page" | "json") => act(() => download(visit, format).then(() => setDone(true)));
	const agreement = consent && isWithdrawable(consent.kind) ? consent : null;
	return (
		<Sheet title={t.title} onDismiss={onClose}>
			{agreement && (
				<p>
					{agreement.withdrawn_at === null
						? t.agreed_at(agreement.at, now())
						: t.withdrawn_at(agreement.withdrawn_at, now())}
				</p>
			)}
			<p role="status">{done && (shared ? t.downloaded_shared : t.downloaded)}</p>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button type="button" class="primary" aria-disabled={attempt.busy} onClick={() => save("page")}>
					{t.download_page}
				</button>
				<button
					type="button"
					class="second outlined"
					aria-disabled={attempt.busy}
					onClick={() => save("json")}
				>
					{t.download_json}
				</button>
				<button
					type="button"
					class="second"
					aria-disabled={attempt.busy}
					onClick={() => act(async () => onStep({ notice: await fetchPrivacy(visit, index) }))}
				>
					{t.about}
				</button>
				{agreement?.withdrawn_at === null && (
					<button type="button" class="second" onClick={() => onStep("withdraw")}>
						{t.withdraw}
					</button>
				)}
				<button type="button" class="second" onClick={() => onStep("delete")}>
					{t.delete}
				</button>
				<button type="button" class="second" onClick={onClose}>
					{m.close}
				</button>
			</div>
		</Sheet>
	);
}

function DeleteSheet({ onCancel }: { onCancel: () => void }) {
	const t = useOwnDataTexts();
	const visit = useVisit();
	return (
		<ConfirmSheet
			title={t.delete_title}
			onDismiss={onCancel}
			primary={{ label: t.delete_no, onClick: onCancel }}
			second={{ label: t.delete_yes, work: async () => (await opened(visit).ownData()).erase() }}
		>
			<p>{t.delete_body(ERASE_UNDO_DAYS)}</p>
		</ConfirmSheet>
	);
}

/** Everything that the server stores of the session, as a file in the language of the page or for programs. */
export async function download(visit: Visit, format: "page" | "json"): Promise<void> {
	const exported = await (await opened(visit).ownData()).export();
	const name = `carhythm-${exported.session.display_id}`;
	if (format === "json") {
		saveFile({ name: `${name}.json`, text: JSON.stringify(exported, null, "\t"), type: "application/json" });
		return;
	}
	const session = { ...exported.session, language: currentLanguage() };
	saveFile({ name: `${name}.html`, text: sessionPage({ ...exported, session }), type: "text/html" });
}
