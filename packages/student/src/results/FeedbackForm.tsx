import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { opened } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import { ChoiceRow } from "./ChoiceRow.tsx";

const LONGEST_TEXT = 5000;

/** How it was. Everything is optional, and sending it again replaces what was sent. */
export function FeedbackForm() {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const [rating, setRating] = useState<number | null>(null);
	const [experience, setExperience] = useState("");
	const [suggestions, setSuggestions] = useState("");
	const [recommend, setRecommend] = useState<boolean | null>(null);
	const [state, setState] = useState<"open" | "empty" | "sent">("open");
	const isEmpty = rating === null && recommend === null && !experience.trim() && !suggestions.trim();

	async function send() {
		if (isEmpty) return setState("empty");
		await opened(visit).sendFeedback({
			rating,
			would_recommend: recommend,
			experience_text: experience.trim() || null,
			suggestions: suggestions.trim() || null,
		});
		return setState("sent");
	}

	return (
		<form
			class="results-group feedback"
			aria-labelledby="feedback"
			onSubmit={(event) => {
				event.preventDefault();
				attempt.run(send);
			}}
		>
			<h2 id="feedback">{m.feedback.title}</h2>
			<p class="quiet">{m.feedback.intro}</p>
			<ChoiceRow
				name="rating"
				legend={m.feedback.rating}
				options={m.feedback.ratings.map((label, i) => ({ value: i + 1, label }))}
				chosen={rating}
				onChoose={setRating}
			/>
			<Text label={m.feedback.experience} value={experience} onChange={setExperience} />
			<Text label={m.feedback.suggestions} value={suggestions} onChange={setSuggestions} />
			<ChoiceRow
				name="recommend"
				legend={m.feedback.recommend}
				options={[
					{ value: true, label: m.feedback.yes },
					{ value: false, label: m.feedback.no },
				]}
				chosen={recommend}
				onChoose={setRecommend}
			/>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<p class="feedback-outcome" role="status">
				{state === "sent" ? m.feedback.thanks : state === "empty" && isEmpty ? m.feedback.empty : ""}
			</p>
			<button type="submit" class="second outlined" aria-disabled={attempt.busy}>
				{attempt.busy ? m.feedback.sending : m.feedback.send}
			</button>
		</form>
	);
}

function Text({
	label,
	value,
	onChange,
}: {
	label: string;
	value: string;
	onChange: (value: string) => void;
}) {
	return (
		<label class="feedback-text">
			<span>{label}</span>
			<textarea
				rows={3}
				dir="auto"
				maxLength={LONGEST_TEXT}
				value={value}
				onInput={(event) => onChange(event.currentTarget.value)}
			/>
		</label>
	);
}
