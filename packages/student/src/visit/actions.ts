import {
	type Outcome,
	RequestRefused,
	ServerUnreachable,
	type Session,
	type SessionChoice,
	type StartOptions,
} from "@carhythm/client";
import {
	type Answer,
	badgesBetween,
	type ConsentKind,
	type Language,
	resumeIndex,
	type SessionId,
	type SessionState,
	xpFor,
} from "@carhythm/core";
import { currentLanguage, languageOfDevice } from "@carhythm/ui";
import { showLanguage } from "../i18n/texts.ts";
import { FIRST_ROUTE, questionRoute, type Route, routeAfter, routeBefore } from "./routes.ts";
import { dropUnloadDraft } from "./unload-draft.ts";
import { type AskingChoice, ask, attachSession, detachSession, type Visit } from "./visit.ts";

/** Brings a visit to its first screen: where the student left off, or the welcome page. */
export async function boot(visit: Visit): Promise<void> {
	visit.screen.value = { kind: "loading" };
	visit.untouched = null;
	visit.privacy.value = null;
	await showLanguage(languageOfDevice());
	try {
		await findFirstScreen(visit);
	} catch (error) {
		visit.screen.value = { kind: "unreachable" };
		if (!(error instanceof ServerUnreachable)) throw error;
	}
}

async function findFirstScreen(visit: Visit) {
	const { choice, index, server } = await visit.client.resume();
	if (visit.code !== null) {
		const other = "state" in choice ? choice.state.answered : 0;
		await askPrivacy(visit);
		visit.screen.value = { kind: "code", code: visit.code, other };
		return;
	}
	// Only the server knows whether there is something to come back to; to begin anew would be to leave it behind.
	if (choice.kind === "nothing" && server === "unreachable") throw new ServerUnreachable("server");
	if (choice.kind === "nothing") return showWelcome(visit);
	if (choice.kind === "moved") {
		visit.screen.value = { kind: "moved" };
		return;
	}
	if (choice.kind === "untouched") {
		const isWanted = visit.wanted === null || index?.assessment.key === visit.wanted;
		if (isWanted) visit.untouched = choice;
		return showWelcome(visit);
	}
	await showLanguage(choice.state.language);
	if (choice.kind === "completed") {
		if (await take(visit, choice)) visit.navigation.land({ kind: "results" }, null);
		return;
	}
	return index === null ? showWelcome(visit) : ask(visit, choice, index);
}

async function showWelcome(visit: Visit) {
	// Both fall back to the default assessment for a link to one that this server does not have.
	const [shown, privacy] = await Promise.all([latest(visit), askPrivacy(visit)]);
	visit.latest.value = shown;
	visit.privacy.value = privacy && { ...privacy, key: shown.index.assessment.key };
	visit.navigation.land({ kind: "welcome" }, null);
}

/** What the server promises about data; what a page cannot be told now is asked again when it is needed. */
async function askPrivacy(visit: Visit) {
	const privacy = await visit.client.privacy(visit.wanted ?? undefined).catch(ignore);
	visit.shared_default = privacy?.shared_default ?? false;
	return privacy;
}

function ignore(error: unknown): null {
	if (error instanceof ServerUnreachable || error instanceof RequestRefused) return null;
	throw error;
}

/** What a new session gets. A link to an assessment that this server does not have leads to the default one. */
async function latest({ client, wanted }: Visit) {
	if (wanted === null) return client.latestAssessment();
	try {
		return await client.latestAssessment(wanted);
	} catch (error) {
		if (!(error instanceof RequestRefused)) throw error;
		return client.latestAssessment();
	}
}

/**
 * Begins on the welcome page: a new session, the one that was never touched, or the one that is open already.
 * @param kind what is declared to the notice; nothing where the page could not show it
 */
export async function begin(visit: Visit, shared = false, kind: ConsentKind = "seen"): Promise<void> {
	const { session, untouched, client, navigation } = visit;
	if (session?.phase === "active") {
		const { index, state } = session;
		return navigation.go(state.answered === 0 ? FIRST_ROUTE : questionRoute(resumeIndex(index, state)));
	}
	const { value: privacy } = visit.privacy;
	const consent = privacy?.notice && {
		version: privacy.notice.version,
		language: currentLanguage(),
		kind,
	};
	try {
		if (untouched === null || shared) {
			const wanted = { ...newSession(visit), shared };
			attachSession(visit, await client.start(consent ? { ...wanted, consent } : wanted));
		} else {
			if (!(await take(visit, untouched))) return;
			const own = await opened(visit).ownData();
			// Where nothing has to be declared, it may fail.
			if (consent) await (kind === "seen" ? own.agree(consent).catch(ignore) : own.agree(consent));
		}
	} catch (error) {
		// The notice has changed since it was fetched: it is shown again, to be read before another try.
		if (error instanceof RequestRefused && error.problem.code === "notice_outdated") await showWelcome(visit);
		throw error;
	}
	await keepLanguage(visit);
	return navigation.go(FIRST_ROUTE);
}

/** Takes up the session the student came back to, at the very question where it was left. */
export async function continueWith(visit: Visit, choice: AskingChoice): Promise<void> {
	if (await take(visit, choice)) await continueHere(visit);
}

/**
 * Opens a session that was found.
 * @returns false where another tab has let this browser forget it meanwhile; the student then begins at the beginning
 */
export async function take(visit: Visit, choice: SessionChoice): Promise<boolean> {
	try {
		attachSession(visit, await visit.client.open(choice));
		return true;
	} catch (error) {
		if (!(error instanceof RequestRefused && error.problem.code === "session_not_found")) throw error;
		await resetVisit(visit);
		return false;
	}
}

/** Takes the session back from the device where it was continued, to where the student is by now. */
export async function continueHere(visit: Visit): Promise<void> {
	const { session } = visit;
	// Another tab may have let this browser forget it meanwhile.
	if (session === null) return;
	if (session.held_elsewhere) await session.continueHere();
	await landOnPlace(visit, session);
}

/** Continues here by the code that another device shows. */
export async function redeem(visit: Visit, code: string, shared: boolean): Promise<void> {
	const session = await visit.client.redeem(code, { shared });
	attachSession(visit, session);
	visit.code = null;
	await showLanguage(session.state.language);
	await landOnPlace(visit, session);
}

/** Goes on without the code of the link. */
export async function declineCode(visit: Visit): Promise<void> {
	visit.code = null;
	await boot(visit);
}

/**
 * Lets this browser forget its sessions.
 * @param unsendable how much the server will never take; it is forgotten too, as the student was told
 * @returns how much is unsent; only when that is nothing has anything been forgotten
 */
export async function forget(visit: Visit, why: "left" | "not_you", unsendable = 0): Promise<number> {
	let outcome = await visit.client.reset();
	// More than that is waiting of another session, which the server may know.
	if (!outcome.ok && outcome.pending <= unsendable)
		outcome = await visit.client.reset({ discard_unsent: true });
	if (!outcome.ok) return outcome.pending;
	await resetVisit(visit);
	visit.forgotten.value = why;
	return 0;
}

/**
 * To the first screen of a browser that has been made to forget everything, here or in another tab: nothing
 * of it stays to be seen.
 */
export function resetVisit(visit: Visit): Promise<void> {
	visit.starting_over ??= (async () => {
		visit.screen.value = { kind: "loading" };
		// Before anything is shown: a finished session would lead to its results again.
		detachSession(visit);
		dropUnloadDraft();
		await boot(visit);
		// The next person may have a session here already.
		if (visit.session === null) visit.forgotten.value = "not_you";
	})().finally(() => {
		visit.starting_over = null;
	});
	return visit.starting_over;
}

/**
 * To the first screen of a device that its student has left; nothing of the session stays to be seen. Where the
 * session got its new id from this browser, in another tab, it is taken up again.
 */
export function leaveMoved(visit: Visit): Promise<void> {
	visit.starting_over ??= (async () => {
		// What is half-typed becomes a last draft when its screen goes, which needs the session.
		visit.screen.value = { kind: "loading" };
		const { choice } = await visit.client.resume();
		detachSession(visit);
		dropUnloadDraft();
		if (choice.kind === "nothing" || choice.kind === "moved") visit.screen.value = { kind: "moved" };
		else await boot(visit);
	})().finally(() => {
		visit.starting_over = null;
	});
	return visit.starting_over;
}

/** Leaves the student's other devices; the session goes on here. */
export async function leaveOthers(visit: Visit): Promise<void> {
	const session = opened(visit);
	// The session under its former id ends: that is no news for the student.
	visit.endSubscription();
	try {
		attachSession(visit, await visit.client.leaveOthers(session.session_id));
	} catch (error) {
		if (visit.session === session) attachSession(visit, session);
		throw error;
	}
}

/** To the session that is the student's by now, after the open one gave way. */
export function reboot(visit: Visit): Promise<void> {
	const { session, written } = visit;
	visit.looking_again ??= boot(visit).finally(() => {
		visit.looking_again = null;
		if (visit.session !== session) return;
		// What was just being written may be all that its sheet has to show.
		const { value: text } = written;
		detachSession(visit);
		written.value = text;
	});
	return visit.looking_again;
}

/** Begins anew. With `replaces` the old session is set aside in the same moment, and can be had back. */
export async function startFresh(visit: Visit, old: SessionState, replaces: boolean): Promise<void> {
	const { session_id, answered } = old;
	const wanted = newSession(visit);
	attachSession(visit, await visit.client.start(replaces ? { ...wanted, replaces: session_id } : wanted));
	visit.set_aside.value = replaces ? { session_id, answered } : null;
	visit.gain.value = null;
	visit.navigation.land(FIRST_ROUTE, null);
}

/** Undoes Start Fresh. What has been answered since is set aside in turn. */
export async function restore(visit: Visit, session_id: SessionId): Promise<void> {
	const { session, client } = visit;
	// The server ends this session before it tells the old one's state: that is no news for the student.
	visit.endSubscription();
	try {
		attachSession(visit, await client.restore(session_id));
	} catch (error) {
		if (session !== null && visit.session === session) attachSession(visit, session);
		throw error;
	}
	visit.set_aside.value = client.restorable();
	await continueHere(visit);
}

/** Gives an answer and shows what it brought. */
export async function answer(visit: Visit, question_id: number, value: Answer): Promise<Outcome> {
	const session = opened(visit);
	const before = session.state.ever_answered;
	const outcome = await session.answer(question_id, value);
	const after = session.state.ever_answered;
	if (outcome.ok && after > before) {
		const turn = (visit.gain.value?.turn ?? 0) + 1;
		visit.gain.value = { turn, xp: xpFor(after - before), badges: badgesBetween(before, after) };
	}
	return outcome;
}

/** Goes on from a place. */
export function goNext(visit: Visit, from: Route): void {
	const { index, state } = opened(visit);
	visit.navigation.go(routeAfter(index, state, from));
}

/** Goes back from a place. */
export function goBack(visit: Visit, from: Route): void {
	const before = routeBefore(opened(visit).index, from);
	if (before !== null) visit.navigation.back(before);
}

/** Finishes the assessment; nothing can be changed afterwards. */
export async function finish(visit: Visit): Promise<Outcome> {
	const { written } = visit;
	const { value: last } = written;
	// Who finishes here has seen what becomes of it; the results tell it to those whose session is finished elsewhere.
	written.value = null;
	const outcome = await opened(visit).complete();
	if (outcome.ok) visit.navigation.replace({ kind: "results" });
	else written.value = last;
	return outcome;
}

/** Shows the page in another language, and lets the session remember it. */
export async function switchLanguage(visit: Visit, language: Language): Promise<void> {
	await showLanguage(language);
	await keepLanguage(visit);
}

/** The session that this screen works on. */
export function opened(visit: Visit): Session {
	if (visit.session === null) throw new Error("No session is open on this screen");
	return visit.session;
}

async function landOnPlace(visit: Visit, session: Session) {
	if (session.phase === "forgotten") return;
	const route = questionRoute(resumeIndex(session.index, session.state));
	visit.navigation.land(route, routeBefore(session.index, route));
	visit.returning.value = true;
	await keepLanguage(visit);
}

async function keepLanguage({ session }: Visit) {
	const language = currentLanguage();
	if (session?.phase !== "active" || session.state.language === language) return;
	const at = session.state.place?.question_id ?? session.index.places[0]?.question.id;
	if (at !== undefined) await session.move(at, language);
}

/** A new session is of the assessment that the page shows: the one that is taken up or set aside, else the latest. */
function newSession({ screen, view, latest: shown }: Visit): StartOptions {
	const index =
		screen.value.kind === "asking" ? screen.value.index : (view.value?.index ?? shown.value?.index);
	const language = currentLanguage();
	return index ? { language, assessment: index.assessment.key } : { language };
}
