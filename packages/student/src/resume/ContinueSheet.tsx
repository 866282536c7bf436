import { type AssessmentIndex, minutesLeft, type ResumeChoice, resumeIndex, sessionXp } from "@carhythm/core";
import { Notice, Sheet } from "@carhythm/ui";
import { Where } from "../hand-off/Where.tsx";
import { useMessages } from "../i18n/texts.ts";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { continueWith } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import { SetAsideOffer } from "./SetAsideOffer.tsx";
import { SheetLinks } from "./SheetLinks.tsx";
import "./resume.css";

/** Welcome back: how far, how long, until when; Continue is the way, Start fresh is there. */
export function ContinueSheet({
	choice,
	index,
	onFresh,
	onNotYou,
}: {
	choice: Extract<ResumeChoice, { kind: "continue" }>;
	index: AssessmentIndex;
	onFresh: () => void;
	onNotYou: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { state, expires_at, pending } = choice;
	const question = resumeIndex(index, state);
	const minutes = minutesLeft(index, state);
	const held = visit.client.heldElsewhere(state);
	return (
		<Sheet
			title={
				<>
					{m.resume.title}
					<br />
					{m.resume.at(question + 1)}
				</>
			}
		>
			<SessionRhythm index={index} state={state} now={question} />
			<dl class="facts">
				<Fact value={m.number(state.answered)} name={m.resume.answers(state.answered)} />
				<Fact value={m.number(sessionXp(state))} name={m.xp_label} />
				{minutes > 0 && <Fact value={m.resume.left_value(minutes)} name={m.resume.left} />}
			</dl>
			<p>
				{m.resume.last} <strong>{m.resume.when(state.last_activity, now())}</strong>.{" "}
				{expires_at ? (
					<>
						{m.resume.kept_before} <strong>{m.date(expires_at, now())}</strong>
						{m.resume.kept_after}
					</>
				) : (
					m.resume.kept_unknown
				)}
			</p>
			{held && (
				<p>
					{m.elsewhere.title} <Where held={held} now={now()} />
				</p>
			)}
			{pending > 0 && <p>{m.resume.pending}</p>}
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button
					type="button"
					class="primary"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => continueWith(visit, choice))}
				>
					{held ? m.elsewhere.here : m.resume.continue}
				</button>
				<button type="button" class="second" onClick={onFresh}>
					{m.resume.fresh}
				</button>
				<SetAsideOffer />
				<SheetLinks onNotYou={onNotYou} />
			</div>
		</Sheet>
	);
}

function Fact({ value, name }: { value: string; name: string }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{value}</dd>
		</div>
	);
}
