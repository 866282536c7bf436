import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

type Answer = components["schemas"]["Answer"];
type Question = components["schemas"]["Question"];

const api = createClient<paths>({ baseUrl: process.argv[2] ?? "http://localhost:8000" });

/** An answer that fits: what each type of question takes. */
function someAnswer(question: Question): Answer {
	switch (question.type) {
		case "slider":
			return { type: "slider", value: question.max };
		case "mcq":
			return { type: "mcq", selected_options: question.choices.slice(0, 1).map(({ value }) => value) };
		case "ordering":
			return { type: "ordering", ordered_items: question.items.map(({ text }) => text.en) };
		case "essay":
			return { type: "essay", text: "In a few words" };
	}
}

const started = await api.POST("/api/v2/session/start", { body: { language: "en" } });
if (!started.data) throw new Error(started.error.detail);
const { session_id, assessment: ref } = started.data;

const pinned = await api.GET("/api/v2/assessments/{version_id}", {
	params: { path: { version_id: String(ref.version_id) } },
});
if (!pinned.data) throw new Error(pinned.error.detail);
const questions = pinned.data.assessment.chapters.flatMap(({ pages }) =>
	pages.flatMap((page) => page.questions),
);

const path = { session_id };
for (const [done, question] of questions.entries()) {
	const { data, error } = await api.POST("/api/v2/answers/submit", {
		body: { session_id, question_id: question.id, answer: someAnswer(question) },
	});
	if (error) {
		// The codes of this operation, and no others.
		if (error.code === "answer_out_of_range") throw new Error("This cannot be.");
		throw new Error(error.detail);
	}
	if (data.progress.questions_answered !== done + 1) throw new Error("An answer is missing.");
	const { data: seen } = await api.GET("/api/v2/session/{session_id}", { params: { path } });
	console.log(question.key, "→", seen?.resume_at?.question_id);
}

const ended = await api.POST("/api/v2/session/{session_id}/complete", { params: { path }, body: {} });
if (!ended.data) throw new Error(ended.error.detail);
const scores = await api.GET("/api/v2/scores/{session_id}", { params: { path } });
console.log(ended.data.session.status, scores.response.status);
