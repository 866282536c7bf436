import type { Client, LatestAssessment, RestorableSession, Session } from "@carhythm/client";
import type { AssessmentIndex, PrivacyReply, ResumeChoice, SessionId } from "@carhythm/core";
import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createNavigation, type Direction, type Navigation } from "./navigation.ts";
import { questionOf, type Route, routeBefore } from "./routes.ts";

/** A choice that asks the student something; the others lead to a place by themselves. */
export type AskingChoice = Exclude<ResumeChoice, { kind: "nothing" | "untouched" | "completed" | "moved" }>;

/** What is on the screen. */
type Screen =
	| { kind: "loading" }
	/** The first visit ever, without a server: there is nothing to show yet. */
	| { kind: "unreachable" }
	| { kind: "asking"; choice: AskingChoice; index: AssessmentIndex }
	/** A link with a code was followed; `other` counts the answers of the session that this browser had before. */
	/** The student went on elsewhere and left this device. */
	| { kind: "moved" }
	| { kind: "code"; code: string; other: number }
	| { kind: "route"; route: Route; direction: Direction };

/** The open session as values of one moment. */
export type SessionView = Pick<
	Session,
	| "session_id"
	| "display_id"
	| "index"
	| "state"
	| "save"
	| "waiting_ms"
	| "refused"
	| "expires_at"
	| "phase"
	| "held_elsewhere"
	| "erase_at"
	| "consent"
	| "held_back"
	| "shared"
>;

/** What the last answer brought; `turn` tells two equal gains apart. */
export type Gain = { turn: number; xp: number; badges: readonly string[] };

/** A text as it stood in its field when its question left the screen. */
type Written = { session_id: SessionId; question_id: number; text: string };

/**
 * One student at one page: what is shown, and the session behind it. What can be done with it stands in
 * actions.ts.
 */
export type Visit = {
	readonly client: Client;
	readonly navigation: Navigation;
	/** The assessment that the link asks for; the server's default one when null. */
	readonly wanted: string | null;
	/** The code of the link that was followed, until it is used or declined. */
	code: string | null;
	readonly screen: Signal<Screen>;
	readonly latest: Signal<LatestAssessment | null>;
	/** What the server promises about the data of an assessment, by its key. */
	readonly privacy: Signal<(PrivacyReply & { key: string }) | null>;
	readonly view: Signal<SessionView | null>;
	readonly gain: Signal<Gain | null>;
	/** The last text that was written on this page, lest a session that ends takes it along. It is stored nowhere. */
	readonly written: Signal<Written | null>;
	/**
	 * Answers that have just been put away, and that can be had back. What was put away on an earlier visit:
	 * `client.restorable`.
	 */
	readonly set_aside: Signal<Pick<RestorableSession, "session_id" | "answered"> | null>;
	/** True on the question a student comes back to: it then repeats how to answer. */
	readonly returning: Signal<boolean>;
	/** Why this browser has just forgotten a session, for the welcome page to say. */
	readonly forgotten: Signal<"left" | "not_you" | null>;
	/** The open session; the signal `view` tells when it changes. */
	session: Session | null;
	/** Whether this computer is taken for one that others use too, until the student says otherwise. */
	shared_default: boolean;
	/** A session without any answer, which Start takes up. */
	untouched: Extract<ResumeChoice, { kind: "untouched" }> | null;
	endSubscription: () => void;
	/** The way back to the first screen after a reset, while it is under way. */
	starting_over: Promise<void> | null;
	/** The look for the session that has taken its place again, while it is under way. */
	looking_again: Promise<void> | null;
};

/** Makes a visit; `boot` brings it to its first screen. */
export function createVisit(client: Client, wanted: string | null, code: string | null): Visit {
	const visit: Visit = {
		client,
		wanted,
		code,
		navigation: createNavigation(
			(route, direction) => showPlace(visit, route, direction),
			(route) => visit.session && routeBefore(visit.session.index, route),
			() => visit.screen.value.kind === "route",
		),
		screen: signal<Screen>({ kind: "loading" }),
		latest: signal(null),
		privacy: signal(null),
		view: signal(null),
		gain: signal(null),
		set_aside: signal(null),
		written: signal(null),
		returning: signal(false),
		forgotten: signal(null),
		session: null,
		shared_default: false,
		untouched: null,
		endSubscription: () => {},
		starting_over: null,
		looking_again: null,
	};
	return visit;
}

/** Makes a session the one that this page shows. */
export function attachSession(visit: Visit, session: Session): void {
	visit.endSubscription();
	visit.session?.close();
	visit.session = session;
	visit.untouched = null;
	visit.forgotten.value = null;
	// Ends with the session.
	session.follow();
	visit.endSubscription = session.subscribe(() => look(visit, session));
	look(visit, session);
}

function look(visit: Visit, session: Session) {
	const { session_id, display_id, index, state, save, waiting_ms, refused, expires_at, phase } = session;
	const { held_elsewhere, erase_at, consent, held_back, shared } = session;
	visit.view.value = {
		session_id,
		display_id,
		index,
		state,
		save,
		waiting_ms,
		refused,
		expires_at,
		phase,
		held_elsewhere,
		erase_at,
		consent,
		held_back,
		shared,
	};
	const { value: screen } = visit.screen;
	if (screen.kind === "route") leaveEndedSession(visit, session, screen.route);
}

/** Another tab or device may finish or set aside the session that is open here, and it may expire. */
function leaveEndedSession(visit: Visit, session: Session, route: Route) {
	const { index, state, phase, expires_at, erase_at, save } = session;
	const pending = save.kind === "saved" ? 0 : save.pending;
	if (erase_at !== null && phase !== "forgotten") {
		return ask(visit, { kind: "to_be_erased", state, erase_at, pending }, index);
	}
	switch (phase) {
		case "completed":
			if (route.kind !== "results") visit.navigation.replace({ kind: "results" });
			return;
		case "abandoned":
			// See `reboot` in actions.ts.
			if (wasReplaced(visit)) return;
			return ask(visit, { kind: "abandoned", state, restorable_until: null, pending }, index);
		case "expired":
			// What was done in time may renew it, and is on its way.
			if (save.kind === "sending") return;
			return ask(
				visit,
				{ kind: "expired", state, expired_at: expires_at ?? state.last_activity, pending },
				index,
			);
		case "active":
		case "unknown_to_server":
		// See `resetVisit` and `leaveMoved` in actions.ts.
		case "forgotten":
		case "moved":
			return;
	}
}

/**
 * Whether the open session was set aside although it had taken the place of another: the student has asked
 * for that one again, here without hearing the reply, in another tab or on another device, and is not to be
 * asked whether to return to this one.
 */
export function wasReplaced({ client, view }: Visit): boolean {
	return view.value?.phase === "abandoned" && client.restorable() !== null;
}

/** Whether the session whose erasure is on the screen is kept after all, as was said here or on another device. */
export function wasKept({ screen, view }: Visit): boolean {
	const { value: shown } = screen;
	if (shown.kind !== "asking" || shown.choice.kind !== "to_be_erased") return false;
	// Another session that has just begun here is none of that.
	return view.value?.erase_at === null && view.value.session_id === shown.choice.state.session_id;
}

/** Puts a question to the student before anything else goes on. */
export function ask(visit: Visit, choice: AskingChoice, index: AssessmentIndex): void {
	visit.screen.value = { kind: "asking", choice, index };
}

/** Lets go of the session that this page shows. */
export function detachSession(visit: Visit): void {
	visit.endSubscription();
	visit.session?.close();
	visit.session = null;
	visit.endSubscription = () => {};
	for (const held of [visit.view, visit.gain, visit.set_aside, visit.written]) held.value = null;
}

function showPlace(visit: Visit, wanted: Route, direction: Direction) {
	const { session } = visit;
	const route = reachable(session, wanted);
	visit.returning.value = false;
	visit.screen.value = { kind: "route", route, direction };
	const question = session && questionOf(session.index, route);
	if (question !== null && session?.phase === "active") void session.move(question);
}

/** A history entry of an earlier session may lead nowhere now. */
function reachable(session: Session | null, route: Route): Route {
	if (session === null) return { kind: "welcome" };
	if (session.phase === "completed") return { kind: "results" };
	if (route.kind === "question" && route.index >= session.index.places.length) return { kind: "review" };
	return route.kind === "results" ? { kind: "review" } : route;
}

const VisitContext = createContext<Visit | null>(null);

/** Hands the visit to all components below. */
export const VisitProvider = VisitContext.Provider;

/** The visit that this component belongs to. */
export function useVisit(): Visit {
	const visit = useContext(VisitContext);
	if (visit === null) throw new Error("A component was drawn outside of a visit");
	return visit;
}

/** The open session; only screens that need one are drawn with one. */
export function useSessionView(): SessionView {
	const { value } = useVisit().view;
	if (value === null) throw new Error("This screen was drawn without a session");
	return value;
}
