import type { HandOff } from "@carhythm/client";
import { Notice, Sheet } from "@carhythm/ui";
import { useEffect, useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { opened } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";
import { linkWith } from "./address.ts";
import { CopyLink } from "./CopyLink.tsx";
import { QrImage } from "./QrImage.tsx";
import { useTimeLeft } from "./use-time-left.ts";

/** A code for another device, as a picture, in letters and as a link, with the time that is left for it. */
export function HandOffSheet({ onClose }: { onClose: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const { save } = useSessionView();
	const attempt = useAttempt();
	const [handOff, setHandOff] = useState<HandOff | null>(null);
	const make = () =>
		attempt.run(async () => {
			const session = opened(visit);
			// What is done here should be there when the other device looks.
			await session.flush();
			setHandOff(await session.handOff());
		});
	// biome-ignore lint/correctness/useExhaustiveDependencies: the first code is made once; others are asked for.
	useEffect(make, []);
	return (
		<Sheet title={m.hand_off.title} onDismiss={onClose}>
			{handOff && <Code key={handOff.code} handOff={handOff} onAgain={make} />}
			{handOff === null && attempt.busy && <p role="status">{m.hand_off.preparing}</p>}
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			{handOff && save.kind !== "saved" && save.kind !== "sending" && <p>{m.hand_off.pending}</p>}
			<div class="sheet-actions">
				{handOff === null && attempt.trouble && (
					<button type="button" class="primary" onClick={make}>
						{m.try_again}
					</button>
				)}
				<button type="button" class="second" onClick={onClose}>
					{m.close}
				</button>
			</div>
		</Sheet>
	);
}

function Code({ handOff, onAgain }: { handOff: HandOff; onAgain: () => void }) {
	const m = useMessages();
	const left = useTimeLeft(handOff.expires_in_ms);
	if (left <= 0) {
		return (
			<>
				<p role="status">{m.hand_off.over}</p>
				<button type="button" class="primary" onClick={onAgain}>
					{m.hand_off.again}
				</button>
			</>
		);
	}
	const link = linkWith(handOff.fragment);
	const minutes = Math.floor(left / 60_000);
	return (
		<>
			<p>{m.hand_off.scan}</p>
			<QrImage text={link} label={m.hand_off.picture} />
			<p>{m.hand_off.or_type}</p>
			<p class="hand-off-code">
				<bdi dir="ltr">{handOff.code}</bdi>
			</p>
			<p role="timer">{minutes > 0 ? m.hand_off.left(minutes) : m.hand_off.last_minute}</p>
			<CopyLink link={link} />
			<p class="small">{m.hand_off.secret}</p>
		</>
	);
}
