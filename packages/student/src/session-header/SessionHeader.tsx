import { Header } from "@carhythm/ui";
import { useEffect, useState } from "preact/hooks";
import { handOffSheet } from "../hand-off/lazy-sheets.ts";
import { useMessages } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { PauseSheet } from "../pause/PauseSheet.tsx";
import { RescueSheet } from "../rescue/RescueSheet.tsx";
import { switchLanguage } from "../visit/actions.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** The head of every screen inside an assessment: Pause is always there. */
export function SessionHeader() {
	const m = useMessages();
	const visit = useVisit();
	const { held_elsewhere } = useSessionView();
	const [sheet, setSheet] = useState<"pause" | "hand_off" | "rescue" | null>(null);
	const close = () => setSheet(null);
	const isHere = held_elsewhere === null;
	useEffect(() => {
		if (!isHere) setSheet(null);
	}, [isHere]);
	return (
		<>
			<Header onLanguage={(language) => switchLanguage(visit, language)}>
				<button type="button" class="ghost" onClick={() => setSheet("pause")}>
					{m.pause}
				</button>
			</Header>
			{sheet === "pause" && isHere && (
				<PauseSheet
					onContinue={close}
					onOtherDevice={() => setSheet("hand_off")}
					onRescue={() => setSheet("rescue")}
				/>
			)}
			{sheet === "rescue" && isHere && <RescueSheet onClose={close} />}
			{sheet === "hand_off" && isHere && <Lazy screen={handOffSheet} props={{ onClose: close }} />}
		</>
	);
}
