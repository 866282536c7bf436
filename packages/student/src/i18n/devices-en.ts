import { createFormat } from "@carhythm/ui/format";

const { count, number } = createFormat("en", ["one", "other"]);

const answers = (value: number) => count(value, { one: "# answer", other: "# answers" });
const minutes = (value: number) => count(value, { one: "# minute", other: "# minutes" });

/** Going on on another device, and on computers that others use too. */
export const devices = {
	hand_off: {
		title: "Continue on another device",
		scan: "Scan this with the other device’s camera,",
		or_type: "or choose “I have a code” there and type:",
		picture: "QR code with the link to continue on another device",
		preparing: "Making a code",
		left: (mins: number) => `Works once, for about ${minutes(mins)}.`,
		last_minute: "Works once, for less than a minute.",
		over: "This code has expired.",
		again: "Make a new code",
		copy: "Copy the link",
		copied: "Link copied",
		link: "Link to continue",
		pending: "What you did last is on this device only. It follows as soon as it is sent.",
		secret: "Whoever has the code can continue in your place, so show it to nobody else.",
	},

	elsewhere: {
		title: "You went on with this elsewhere.",
		on: "On",
		since: "since",
		safe: "Here nothing can be changed now. What you did here before counts.",
		here: "Continue here instead",
	},

	leave_others: {
		open: "Leave my other devices",
		title: "Leave your other devices?",
		body: "You go on here. Every other device where you had this open then shows nothing of it, and codes that you made no longer work.",
		queued: "Answers that another device still has to send are taken in.",
		yes: "Leave them",
		no: "Go back",
		done: "Your other devices are left.",
	},

	moved: {
		title: "You left this device.",
		body: "You went on with your assessment elsewhere and chose to leave your other devices, so this one shows nothing of it any more. Go on where you are now, or bring it here with a code from there.",
		queued: "Answers that this device still has to send are taken in.",
		welcome: "To the start page",
	},

	enter_code: {
		have: "I have a code",
		title: "Continue with a code",
		title_link: "Continue here?",
		intro: "On the other device choose Pause, then “Continue on another device”.",
		intro_link: "The other device can then only be read, until you take the assessment back there.",
		label: "Code",
		hint: "Nine letters and digits. Capitals and hyphens do not matter.",
		incomplete: "A code has nine letters and digits.",
		other: (value: number) =>
			`This browser has another assessment with ${answers(value)}. If you continue with the code, it is no longer shown here.`,
		go: "Continue here",
		going: "Looking for it",
		cancel: "Not now",
	},

	two_answers: {
		here: "Answered on two of your devices",
		stands: "You answered this on another device too. The later answer stands; the other one was:",
		stands_other_taken_back:
			"You answered this on one device and took the answer back on another. The later step, your answer, stands.",
		taken_back: "You answered this on one device and took the answer back later on another. The answer was:",
		use: "Use that one",
		take_back: "Take the answer back",
		keep: "Leave it as it is",
		elsewhere: (value: number) =>
			count(value, {
				one: "# question was answered differently on two of your devices. The later answer stands.",
				other: "# questions were answered differently on two of your devices. The later answers stand.",
			}),
		look: (n: number) => `Look at question ${number(n)}`,
	},

	shared_computer: {
		label: "This is a shared computer",
		hint: "Then nothing is left on it when you leave. To stop and go on later, move to a device of your own first.",
		unsent:
			"Not everything has been sent yet, so leaving would lose answers. Keep this page open until it says “Saved”, then try again.",
		leave_title: "Leave this computer?",
		leave_body:
			"Nothing of your assessment stays on it, so there is no way back to your answers from here. To go on later, continue on a device of your own first: a code takes you there.",
		leave_body_results:
			"Nothing stays on it, so your results can no longer be opened here. Print or save them first if you want them.",
		leave_yes: "Leave without a code",
		leave_yes_results: "Leave",
		leave_no: "Stay here",
		left: "Nothing of your assessment is left on this computer.",
		leaving: "Leaving",
	},

	not_you: {
		open: "Not you?",
		title: "Was this somebody else?",
		body: "This browser then forgets the assessment that was begun here. Its answers stay on the server for whoever gave them.",
		body_results:
			"This browser then forgets these results and the answers behind them. The server keeps them, but they can no longer be opened here: if they are yours, print or save them first.",
		body_delete: (value: number) =>
			`The server does not know this assessment, so its ${answers(value)} may be nowhere but on this device. If it is forgotten here, nobody can bring ${value === 1 ? "it" : "them"} back.`,
		yes: "Forget it in this browser",
		yes_delete: "Delete it from this browser",
		no: "Go back",
		unsent: (value: number) =>
			count(value, {
				one: "# step is on this device only, so nothing is forgotten yet. Try again when you are online.",
				other: "# steps are on this device only, so nothing is forgotten yet. Try again when you are online.",
			}),
		done: "This browser has forgotten it.",
	},
};

/** These texts of one language. */
export type Devices = typeof devices;
