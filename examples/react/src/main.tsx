import type { Client, Session } from "@carhythm/client";
import {
	type Answer,
	answerTo,
	inLanguage,
	type Question,
	type ResumeChoice,
	resumeIndex,
} from "@carhythm/core";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useSession, useVisit } from "./use-carhythm.ts";

const base_url = new URLSearchParams(location.search).get("api") ?? "http://localhost:8000";

function App() {
	const visit = useVisit(base_url);
	const [session, setSession] = useState<Session | null>(null);
	if (session) return <Assessment session={session} />;
	switch (visit.kind) {
		case "looking":
			return <p>One moment …</p>;
		case "failed":
			return <p role="alert">{String(visit.error)}</p>;
		case "found":
			return <Welcome client={visit.client} choice={visit.choice} onOpen={setSession} />;
	}
}

function Welcome(props: { client: Client; choice: ResumeChoice; onOpen(session: Session): void }) {
	const { client, choice, onOpen } = props;
	const [error, setError] = useState<unknown>(null);
	const take = (opening: Promise<Session>) => opening.then(onOpen, setError);
	return (
		<main>
			<h1>{choice.kind === "continue" ? "Welcome back" : "An assessment"}</h1>
			{choice.kind === "continue" && (
				<>
					<p>{choice.state.answered} answers are here.</p>
					<button type="button" onClick={() => take(client.open(choice))}>
						Go on
					</button>
				</>
			)}
			<button
				type="button"
				onClick={() => {
					const replaces = choice.kind === "continue" ? { replaces: choice.state.session_id } : {};
					return take(client.start({ language: "en", ...replaces }));
				}}
			>
				{choice.kind === "continue" ? "Start fresh" : "Start"}
			</button>
			{error !== null && <p role="alert">{String(error)}</p>}
		</main>
	);
}

function Assessment(props: { session: Session }) {
	const session = useSession(props.session);
	const { index, state, save, held_elsewhere } = session;
	const [at, setAt] = useState(() => resumeIndex(index, state));
	const place = index.places[at];
	if (held_elsewhere) {
		return (
			<main>
				<p>You went on with this on {held_elsewhere.label}.</p>
				<button type="button" onClick={() => session.continueHere()}>
					Continue here instead
				</button>
			</main>
		);
	}
	if (!place) return <h1>Thank you</h1>;
	const { question } = place;
	const show = (next: number) => {
		setAt(next);
		const there = index.places[next];
		if (there) void session.move(there.question.id);
		else void session.complete();
	};
	return (
		<main>
			<p>
				Question {at + 1} of {index.places.length}
			</p>
			<h1>{inLanguage(question.text, state.language)}</h1>
			<Input
				key={question.id}
				question={question}
				given={answerTo(state, question.id)}
				onAnswer={async (answer) => {
					const outcome = await session.answer(question.id, answer);
					if (outcome.ok) show(at + 1);
				}}
			/>
			<button type="button" disabled={at === 0} onClick={() => show(at - 1)}>
				Back
			</button>
			<p role="status">{SAVING[save.kind]}</p>
		</main>
	);
}

const SAVING = {
	saved: "Saved",
	sending: "Saving …",
	on_device: "On this device, not sent yet",
	memory_only: "Not kept if you close this page",
	not_saved: "Not kept if you close this page",
} as const;

/** One input for each type of question; yours will be finer. */
function Input(props: { question: Question; given: Answer | null; onAnswer(answer: Answer): void }) {
	const { question, given, onAnswer } = props;
	const [text, setText] = useState(given?.type === "essay" ? given.text : "");
	switch (question.type) {
		case "slider": {
			const steps = Math.round((question.max - question.min) / question.step);
			const values = Array.from({ length: steps + 1 }, (_, step) => question.min + step * question.step);
			return values.map((value) => (
				<button
					key={value}
					type="button"
					aria-pressed={given?.type === "slider" && given.value === value}
					onClick={() => onAnswer({ type: "slider", value })}
				>
					{value}
				</button>
			));
		}
		case "mcq":
			return question.choices.map(({ value, label }) => (
				<button
					key={value}
					type="button"
					aria-pressed={given?.type === "mcq" && given.selected_options.includes(value)}
					onClick={() => onAnswer({ type: "mcq", selected_options: [value] })}
				>
					{label.en}
				</button>
			));
		case "ordering": {
			const ordered_items = question.items.map((item) => item.text.en);
			return (
				<button type="button" onClick={() => onAnswer({ type: "ordering", ordered_items, as_shown: true })}>
					This order: {ordered_items.join(", ")}
				</button>
			);
		}
		case "essay":
			return (
				<>
					<textarea aria-label="Your words" value={text} onChange={(event) => setText(event.target.value)} />
					<button type="button" onClick={() => onAnswer({ type: "essay", text })}>
						Go on
					</button>
				</>
			);
	}
}

const root = document.querySelector("#root");
if (root) {
	createRoot(root).render(
		<StrictMode>
			<App />
		</StrictMode>,
	);
}
