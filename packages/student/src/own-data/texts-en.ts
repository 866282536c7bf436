import type { Instant } from "@carhythm/core";
import { createFormat } from "@carhythm/ui/format";

const { count, date, number } = createFormat("en", ["one", "other"]);

const days = (value: number) => count(value, { one: "# day", other: "# days" });

/** What happens to the student's data, and what the student may do about it; loaded with its sheets. */
export const ownData = {
	title: "Your data",
	responsible: "Who is responsible",
	responsible_unknown: "Whoever gave you this address. Ask there if you have questions.",
	contact: "Questions and complaints",
	purpose: "What for",
	purpose_own: "Your answers make your own result. Nothing is compared with other people.",
	stored: "What is stored",
	stored_what:
		"Your answers and how you changed them, what you began to type, when that was, your language, and a random number for each of your devices. These pages ask for no name and no address.",
	kept: "For how long",
	kept_unfinished: (value: number | null) =>
		value === null
			? "Unfinished answers stay until you delete them."
			: `Unfinished answers are deleted ${days(value)} after your last visit.`,
	kept_set_aside: (value: number | null) =>
		value === null
			? "Answers that you set aside stay until you delete them."
			: `Answers that you set aside are deleted after ${days(value)}.`,
	kept_completed: (value: number | null) =>
		value === null
			? "Finished answers and their result stay until you delete them."
			: `Finished answers and their result are deleted ${days(value)} after you finish.`,
	kept_feedback: (value: number | null) =>
		value === null
			? "Feedback stays until it is deleted with them."
			: `Feedback is deleted after ${days(value)}.`,
	rights: "What you can do",
	rights_see: "See and download everything that is stored: “Your data” in Pause and below your results.",
	rights_delete: (undo: number) => `Delete all of it there. This can be undone for ${days(undo)}.`,
	rights_withdraw: "Take your agreement back there at any time. What was done until then stays lawful.",
	rights_complain: "Complain to the authority for data protection where you live.",

	ask_title: "Before you begin",
	changed_title: "What we say about your data has changed.",
	required_title: "Your agreement is needed to go on.",
	age: "How old are you?",
	age_over: (years: number) => `${number(years)} or older`,
	age_under: (years: number) => `Younger than ${number(years)}`,
	agree: "I have read this, and I agree.",
	agree_guardian: "A parent or guardian has read this with me and agrees.",
	school: "Your school answers for your taking part. You may still delete everything at any time.",
	choose_first: "Please choose here first.",
	go: "Go on",
	agree_go: "Agree and go on",
	not_now: "Not now",

	download_page: "Download my answers",
	download_json: "Download as JSON, for programs",
	downloaded: "The file is in your downloads.",
	downloaded_shared:
		"The file is in the downloads of this shared computer. Take it with you and delete it there.",
	about: "What happens to my data",
	withdraw: "Take my agreement back",
	delete: "Delete my answers",
	agreed_at: (at: Instant, now: Instant) => `You agreed to the notice on ${date(at, now)}.`,
	withdrawn_at: (at: Instant, now: Instant) => `You took your agreement back on ${date(at, now)}.`,

	delete_title: "Delete your answers?",
	delete_body: (undo: number) =>
		`Everything of this assessment goes: answers, history, result. Nothing more is taken in from now on. You can undo it for ${days(undo)}; after that it is final.`,
	delete_yes: "Yes, delete them",
	delete_no: "Keep my answers",

	withdraw_title: "Take your agreement back?",
	withdraw_body:
		"Then no further answer is taken in. What you gave before stays stored until you delete it or its time is over.",
	withdraw_yes: "Take it back",
	withdraw_no: "Go back",
	withdrawn_title: "You took your agreement back.",
	withdrawn_body:
		"No further answer is taken in. You can also delete the answers that are stored, or agree again and go on.",
	agree_again: "Agree again",
	leave_stored: "Leave them stored",

	erased_title: "Your answers will be deleted.",
	erased_body: (until: Instant, now: Instant) =>
		`You asked for it. Until ${date(until, now)} you can keep them after all; then everything of this assessment is deleted for good.`,
	erased_pending: "What is on this device only waits as well. It is sent if you keep your answers.",
	keep: "Keep my answers",
};

/** These texts of one language. */
export type OwnDataTexts = typeof ownData;
