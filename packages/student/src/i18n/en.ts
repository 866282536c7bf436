import type { Instant } from "@carhythm/core";
import { createFormat } from "@carhythm/ui/format";
import { devices } from "./devices-en.ts";
import { rescue } from "./rescue-en.ts";

const { number, percent, date, time, day, count } = createFormat("en", ["one", "other"]);

const answers = (value: number) => count(value, { one: "# answer", other: "# answers" });
const questions = (value: number) => count(value, { one: "# question", other: "# questions" });
const minutes = (value: number) => count(value, { one: "# minute", other: "# minutes" });
const days = (value: number) => count(value, { one: "# day", other: "# days" });

/** Every text of the student's pages in English; its shape is what every other language has to fill. */
export const messages = {
	number,
	percent,
	date,

	pause: "Pause",
	back: "Back",
	next: "Next",
	skip: "Skip",
	list_comma: ", ",
	close: "Close",
	try_again: "Try again",
	xp: (value: number) => `${number(value)} XP`,
	xp_label: "XP",
	loading: "Looking for your answers",
	sources: "Sources and licences",
	your_data: "Your data",

	unreachable_title: "The server cannot be reached.",
	unreachable_body: "Nothing is lost. Try again when you are online.",
	server_busy: "The server has too much to do right now. Nothing is lost; try again in a minute.",
	server_unreachable:
		"The server cannot be reached right now. Nothing is lost; try again when you are online.",
	unexpected: "This did not work. Nothing is lost; please try again.",

	welcome: {
		what: (total: number, mins: number) => `${questions(total)}, about ${minutes(mins)}.`,
		rhythm: (total: number) =>
			`The rhythm line: one beat for each of ${questions(total)}, none answered yet.`,
		chapters: "Chapters",
		chapter_meta: (total: number, mins: number) => `${questions(total)} · about ${minutes(mins)}`,
		keep_title: "Your answers are safe here",
		keep_saved:
			"Each answer is saved as you give it. Without a connection it waits on this device and is sent later.",
		keep_leave: "Leave at any time. You come back to the very question where you stopped.",
		keep_days: (kept: number) =>
			`You can go on for ${days(kept)} after your last visit. You need no account and give no name.`,
		kept: (unfinished: number | null, finished: number | null) =>
			`${unfinished === null ? "Unfinished answers stay until you delete them" : `Unfinished answers are deleted ${days(unfinished)} after your last visit`}, ${finished === null ? "finished ones stay until you delete them" : `finished ones ${days(finished)} after you finish`}.`,
		responsible: (name: string) => `${name} is responsible for your data.`,
		your_data: "Your data and your rights",
		notices: "Good to know",
		start: "Start",
		starting: "Starting",
		memory_only:
			"This browser keeps nothing of this page once it is closed, as in a private window. Your answers go straight to the server: keep the page open until it says “Saved”.",
	},

	progress: {
		label: "Progress",
		place: (n: number, total: number) => `Question ${number(n)} of ${number(total)}`,
		left: (mins: number) => `about ${minutes(mins)} left`,
		nothing_left: "all answered",
		chapter: (n: number, title: string) => `Chapter ${number(n)} · ${title}`,
		line: (answered: number, total: number, n: number | null) =>
			`${number(answered)} of ${number(total)} questions answered${n === null ? "" : `; you are at question ${number(n)}`}.`,
	},

	save: {
		saved: "Saved",
		sending: "Saving",
		on_device: {
			offline: "On this device only. It will be sent when you are online.",
			server: "On this device only. The server is not answering; it is tried again until it does.",
			unknown_session: "On this device only. The server does not know this assessment.",
			unreadable: "On this device only. Reload the page to send it.",
			to_be_erased: "On this device only. It is sent if you keep your answers.",
			agreement: "On this device only. It is sent once you have agreed.",
		},
		memory_only: {
			offline: "In this page only. Keep it open; it will be sent when you are online.",
			server:
				"In this page only. Keep it open; the server is not answering and is tried again until it does.",
			unknown_session: "In this page only. The server does not know this assessment.",
			unreadable: "In this page only. It could not be sent.",
			to_be_erased: "In this page only. It is sent if you keep your answers.",
			agreement: "In this page only. It is sent once you have agreed.",
		},
		not_saved: {
			storage_full:
				"Could not be saved on this device: its storage is full. Keep this page open; it is being sent.",
			storage_failed:
				"Could not be saved on this device: the browser’s storage failed. Keep this page open; it is being sent.",
		},
	},

	gain: {
		xp: (value: number) => `+${number(value)}`,
		first: "First answer",
		milestone: (value: number) => answers(value),
	},

	chapter: {
		done: (n: number) => `Chapter ${number(n)} is complete.`,
		passed: (n: number) => `You are through chapter ${number(n)}.`,
		open: (value: number) =>
			count(value, {
				one: "# question is still open. You can come back to it before you finish.",
				other: "# questions are still open. You can come back to them before you finish.",
			}),
		meta: (total: number, mins: number) => `${questions(total)} · about ${minutes(mins)}`,
		begin: "Begin",
		continue: (n: number) => `On to chapter ${number(n)}`,
	},

	answer: {
		choose_many: "Choose all that fit.",
		range_untouched: "Move the handle, or accept the middle.",
		range_accept: (value: number) => `Accept the middle (${number(value)})`,
		range_unset: "not answered yet",
		range_value: (value: number) => number(value),
		order_hint: "Drag by the handle, or use the arrows. First place on top.",
		order_accept: "My order is already right",
		order_list: "Your order",
		order_handle: (text: string, place: number, total: number) =>
			`Move: ${text}. Place ${number(place)} of ${number(total)}.`,
		order_up: (text: string) => `Move up: ${text}`,
		order_down: (text: string) => `Move down: ${text}`,
		order_grabbed: (text: string) =>
			`${text}: picked up. Arrow keys move it, Space puts it down, Escape returns it.`,
		order_moved: (text: string, place: number, total: number) =>
			`${text}: place ${number(place)} of ${number(total)}.`,
		order_dropped: (text: string, place: number) => `${text}: put down at place ${number(place)}.`,
		order_returned: (text: string) => `${text}: back where it was.`,
		essay_count: (used: number, limit: number) => `${number(used)} of ${number(limit)} characters`,
		essay_over: (over: number) =>
			count(over, {
				one: "# character too many. All of it is kept; shorten it to go on.",
				other: "# characters too many. All of it is kept; shorten it to go on.",
			}),
		essay_optional: "You may leave this one out.",
	},

	refusal: {
		session_not_found: "The server does not know this assessment.",
		session_expired: "This assessment was not visited for too long and has expired.",
		session_abandoned: "This assessment was set aside by starting fresh.",
		session_completed: "This assessment is already finished; its answers stay as they are.",
		session_not_completed: "This assessment is not finished yet.",
		session_not_restorable: "These answers can no longer be taken up again.",
		session_full:
			"This assessment has been changed more often than the server keeps. What it has taken stays; please tell whoever gave you this address.",
		session_held_elsewhere: "You went on with this on another device.",
		session_moved: "You went on with this elsewhere and left this device.",
		session_not_movable:
			"Your other devices cannot be left here. Ask the people who gave you this assessment.",
		session_to_be_erased:
			"These answers are to be deleted, as you asked. Undo that to go on; until then nothing new is taken in.",
		consent_required: "Please read what happens to your answers and agree to it first.",
		consent_withdrawn: "You took your agreement back, so nothing more is taken in.",
		consent_not_given: "There is no agreement that could be taken back.",
		notice_outdated: "What we say about your data has changed. Please read it once more.",
		hand_off_code_invalid:
			"This code is not valid. A code works once and for ten minutes; show a new one on your other device.",
		question_not_found: "This question is not part of the assessment.",
		page_not_found: "This page is not part of the assessment.",
		assessment_not_found: "This assessment is not here.",
		operation_mismatch: "This answer was already sent with another value.",
		answer_wrong_type: "This answer does not fit the question.",
		answer_out_of_range: "This value is outside the scale.",
		answer_off_step: "This value is between two steps of the scale.",
		answer_unknown_option: "This option is not part of the question.",
		answer_too_many_options: "Choose one option only.",
		answer_repeated_option: "Choose each option once.",
		answer_not_a_permutation: "Put all items in order, each once.",
		answer_too_long: "The text is too long.",
		answer_empty: "Choose or write something, or skip the question.",
	},

	refused: {
		summary: (value: number) =>
			count(value, { one: "# answer was not accepted", other: "# answers were not accepted" }),
		title: "Not accepted",
		intro: "The server did not take these. They are kept here until you decide.",
		show: "Show",
		go: "Go to the question",
		dismiss: "Remove from this list",
		whole: "The assessment as a whole",
	},

	pause_sheet: {
		title: "Take your time.",
		body: "You can close this page. You come back to this question.",
		body_elsewhere: "You can close this page. You come back to where you are now.",
		all_saved: (value: number) => `${answers(value)} saved on the server.`,
		some_pending: "What you did last is on this device only. It is sent when this page is open and online.",
		not_saved: "Not everything is saved yet. Keep this page open for a moment.",
		kept: (until: Instant, now: Instant) => `Kept until ${date(until, now)}; each visit renews it.`,
		number: "Your number, if you ask for help:",
		continue: "Continue",
		other_device: "Continue on another device",
		shared: "This is a shared computer: when you leave, nothing stays on it.",
		leave: "Leave this computer",
	},

	...devices,
	rescue,

	resume: {
		title: "Welcome back.",
		at: (n: number) => `You stopped at question ${number(n)}.`,
		answers: (value: number) => count(value, { one: "answer saved", other: "answers saved" }),
		left: "left at your pace",
		left_value: (mins: number) => `${number(mins)} min`,
		last: "Last here",
		when: (at: Instant, now: Instant) => {
			const words = day(at, now);
			return `${words ? `${words}, ` : ""}${date(at, now)}, at ${time(at)}`;
		},
		kept_before: "Kept for you until",
		kept_after: "; each visit renews it.",
		kept_unknown: "The server cannot be reached right now. You can continue; what you answer is sent later.",
		pending: "What you did last is on this device only and will be sent.",
		continue: "Continue",
		fresh: "Start fresh",
		confirm_title: "Start fresh?",
		confirm: (value: number) =>
			`Your ${answers(value)} will be set aside, not deleted. You can return to ${value === 1 ? "it" : "them"} for ${days(7)}.`,
		confirm_yes: "Yes, start fresh",
		confirm_no: "Keep my answers",
		expired_title: "This assessment has expired.",
		expired: (value: number, until: Instant, now: Instant) =>
			`It could be continued until ${date(until, now)}. Your ${answers(value)} ${value === 1 ? "is" : "are"} still stored. You can start a new one.`,
		abandoned_title: "These answers were set aside.",
		abandoned: (value: number) => `${answers(value)} from before you started fresh.`,
		abandoned_until: (until: Instant, now: Instant) => `You can return to them until ${date(until, now)}.`,
		written_last: "What you wrote last",
		written_last_hint: "It is not among these answers. Copy it if you need it: it is shown here only now.",
		restore: "Return to these answers",
		new: "Start a new one",
		unknown_title: "The server does not know this assessment.",
		unknown: (value: number) =>
			`Your ${answers(value)} ${value === 1 ? "is" : "are"} still on this device. This can happen when it was left for months, or when a server was set up anew; ask whoever gave you this address.`,
		set_aside: (value: number) =>
			`${answers(value)} set aside. You can return to ${value === 1 ? "it" : "them"} for ${days(7)}.`,
		undo: "Undo",
		set_aside_until: (value: number, until: Instant, now: Instant) =>
			`You set aside ${answers(value)}, kept until ${date(until, now)}.`,
		set_aside_return: (value: number): string => (value === 1 ? "Return to it" : "Return to them"),
	},

	review: {
		title_done: "Every question has an answer.",
		title_open: (value: number) =>
			count(value, { one: "# question is still open.", other: "# questions are still open." }),
		done: "You can look at your answers once more, or finish. After that they stay as they are.",
		open: "You can answer now, or finish as it is. Where too few answers are given, the result says so.",
		open_list: "Open questions",
		finish: "Finish",
		finish_anyway: "Finish anyway",
		finishing: "Finishing",
	},

	results: {
		title: "Your results",
		pending_title: "You are through.",
		pending:
			"Your answers are on this device and are still being sent. Your results appear here as soon as the server has them.",
		preparing: "Preparing your results",
		failed: "Your results could not be fetched. Your answers are safe.",
		gone: "These results can no longer be opened here: their time is over, or the server was set up anew. If you need them, ask whoever gave you this address.",
		hexagon: (list: string) => `Hexagon of the six interest types, from the middle to the rim: ${list}.`,
		hexagon_entry: (name: string, share: number) => `${name} ${percent(share)}`,
		no_interests: "For the hexagon all six types need enough answers. Some are missing, so it is not drawn.",
		ranking: "In order",
		tied: "too close to tell apart",
		table: "As a table",
		table_scale: "Scale",
		table_result: "Place in the possible range",
		bar: (name: string, band: string, share: number) =>
			`${name}: ${band}, at ${percent(share)} of the possible range.`,
		bar_low: "lower",
		bar_middle: "middle",
		bar_high: "higher",
		not_enough: (answered: number, total: number) =>
			`Not enough answers for a result: ${number(answered)} of ${number(total)}.`,
		preliminary: (answered: number, total: number) =>
			`Preliminary: ${number(answered)} of ${number(total)} answered, so only the part of the range.`,
		prorated: (answered: number, total: number) => `From ${number(answered)} of ${number(total)} answers.`,
		choices: "What you chose",
		notes: "How to read this",
		print: "Print or save as PDF",
		again: "Take it again",
		again_title: "Take it again?",
		again_body:
			"A new, empty assessment begins. This page will then no longer open these results, so print or save them first.",
		again_yes: "Begin a new one",
		again_no: "Stay here",
	},

	feedback: {
		title: "How was it?",
		intro: "A few words help to make this better. Everything here is optional.",
		rating: "How was the assessment for you?",
		ratings: ["Poor", "Fair", "Good", "Very good", "Excellent"],
		experience: "What was it like?",
		suggestions: "What should change?",
		recommend: "Would you recommend it?",
		yes: "Yes",
		no: "No",
		send: "Send feedback",
		sending: "Sending",
		thanks: "Thank you. Your feedback is saved.",
		empty: "Nothing is filled in yet.",
	},
};

/** All texts of one language. */
export type Messages = typeof messages;
