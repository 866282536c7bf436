import type { ConsentKind } from "@carhythm/core";
import { useEffect, useState } from "preact/hooks";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { agree, fetchPrivacy } from "../visit/declare.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";
import { gateOf } from "./gate.ts";
import { NoticeSheet } from "./NoticeSheet.tsx";
import { OwnDataSheet } from "./OwnDataSheet.tsx";
import { useOwnDataTexts } from "./texts.ts";

/** Shows the notice over the questions, where an agreement is missing or the notice is another one by now. */
export function NoticeGate() {
	const visit = useVisit();
	const view = useSessionView();
	const { value: known } = visit.privacy;
	const [passed, setPassed] = useState<string | null>(null);
	const [step, setStep] = useState<"gate" | "again" | "own_data" | "delete">("gate");
	const { index, held_back } = view;
	// biome-ignore lint/correctness/useExhaustiveDependencies: what holds the session back is a reason to look again.
	useEffect(() => {
		// Without a server nothing is asked; it takes nothing in either.
		void fetchPrivacy(visit, index).catch(() => {});
	}, [visit, index, held_back]);
	const privacy = known?.key === index.assessment.key ? known : null;
	const gate = privacy && gateOf(view, privacy);
	if (privacy === null || gate === null) return null;
	const back = () => setStep("gate");
	const pass = () => setPassed(privacy.notice?.version ?? null);
	const declare = async (kind: ConsentKind) => {
		await agree(visit, privacy, kind);
		back();
		pass();
	};
	if (step === "own_data" || step === "delete") {
		const first = step === "delete" ? "delete" : "menu";
		return <OwnDataSheet onClose={back} first={first} />;
	}
	if (gate === "withdrawn" && step === "gate") {
		return <WithdrawnSheet onAgain={() => setStep("again")} onDelete={() => setStep("delete")} />;
	}
	if (gate !== "changed") {
		const onClose = gate === "withdrawn" ? back : () => setStep("own_data");
		return <NoticeSheet privacy={privacy} reason="required" onAgree={declare} onClose={onClose} />;
	}
	if (passed === privacy.notice?.version) return null;
	return <NoticeSheet privacy={privacy} reason="changed" onAgree={declare} onClose={pass} />;
}

function WithdrawnSheet({ onAgain, onDelete }: { onAgain: () => void; onDelete: () => void }) {
	const t = useOwnDataTexts();
	return (
		<ConfirmSheet
			title={t.withdrawn_title}
			primary={{ label: t.delete, onClick: onDelete }}
			second={{ label: t.agree_again, onClick: onAgain }}
		>
			<p>{t.withdrawn_body}</p>
		</ConfirmSheet>
	);
}
