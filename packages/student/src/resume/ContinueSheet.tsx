import { type AssessmentIndex, minutesLeft, type ResumeChoice, resumeIndex, sessionXp } from "@carhythm/core";
import { Where } from "../hand-off/Where.tsx";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { continueWith } from "../visit/actions.ts";
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
	const { state, expires_at, pending } = choice;
	const question = resumeIndex(index, state);
	const minutes = minutesLeft(index, state);
	const held = visit.client.heldElsewhere(state);
	return (
		<ConfirmSheet
			title={
				<>
					{m.resume.title}
					<br />
					{m.resume.at(question + 1)}
				</>
			}
			primary={{
				label: held ? m.elsewhere.here : m.resume.continue,
				work: () => continueWith(visit, choice),
			}}
			second={{ label: m.resume.fresh, onClick: onFresh }}
			links={
				<>
					<SetAsideOffer />
					<SheetLinks onNotYou={onNotYou} />
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
		</ConfirmSheet>
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
