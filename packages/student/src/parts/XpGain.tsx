import { sessionXp } from "@carhythm/core";
import type { Messages } from "../i18n/en.ts";
import { useMessages } from "../i18n/texts.ts";
import { type Gain, useSessionView, useVisit } from "../visit/visit.ts";

/** The XP so far, with what the last answer added rising from it for a moment. */
export function XpGain() {
	const m = useMessages();
	const { gain } = useVisit();
	const { state } = useSessionView();
	return (
		<p class="xp">
			{m.xp(sessionXp(state))}
			{gain.value && (
				<span key={gain.value.turn} class="xp-gain" aria-hidden="true">
					{gainText(m, gain.value)}
				</span>
			)}
		</p>
	);
}

function gainText(m: Messages, { xp, badges }: Gain): string {
	return [m.gain.xp(xp), ...badges.map((badge) => badgeName(m, badge))].join(" · ");
}

/** A badge in words: "First answer", "20 answers". */
export function badgeName(m: Messages, badge: string): string {
	const reached = /^milestone_(\d+)$/.exec(badge)?.[1];
	return reached === undefined ? m.gain.first : m.gain.milestone(Number(reached));
}
