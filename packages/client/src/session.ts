import {
	type Command,
	FeedbackReply,
	heldElsewhere,
	ScoresReply,
	type SessionState,
	toMillis,
} from "@carhythm/core";
import { type Outcome, ServerUnreachable, type Session } from "./api.ts";
import { loadHandOff, loadOwnData, loadRescue } from "./lazy-modules.ts";
import { append } from "./outbox/append.ts";
import { drain, drainBehindLease, type OutboxSender } from "./outbox/sender.ts";
import { follow } from "./session/follow.ts";
import { markServerDataLoss } from "./storage/change-record.ts";
import { pendingOf } from "./storage/pending.ts";
import { deviceTime, dismissRefused, type TabState } from "./storage/tab-state.ts";
import { saveStatus, sessionPhase, type TabSessionView, waitingSince } from "./tab-session-view.ts";
import { request, valueOrThrow } from "./transport.ts";

const FEEDBACK = "/api/v2/feedback/submit";

/** The face of a view to the page. */
export function openSession(tab: TabState, sender: OutboxSender, view: TabSessionView): Session {
	const own = new Set<() => void>();
	const endings = new Set<() => void>();
	const { session_id } = view;

	async function command(wanted: Command): Promise<Outcome> {
		const outcome = await append(tab, view, wanted);
		if (outcome.ok) void drain(sender, "keep_back_off");
		return outcome;
	}

	return {
		session_id,
		index: view.index,
		get state(): SessionState {
			return view.shown;
		},
		get display_id() {
			return view.record.display_id;
		},
		get expires_at() {
			return view.record.expires_at;
		},
		get phase() {
			return sessionPhase(view);
		},
		get save() {
			const { doubt, storage, acknowledged } = tab;
			return saveStatus(view, sender.status, { durable: storage.durable, doubt }, acknowledged);
		},
		get waiting_ms() {
			const since = waitingSince(view, tab.acknowledged);
			return since === null ? 0 : Math.max(0, deviceTime(tab) - toMillis(since));
		},
		get refused() {
			return view.refused;
		},
		get held_elsewhere() {
			return heldElsewhere(view.shown, tab.clock.id);
		},
		get erase_at() {
			return view.record.erase_at;
		},
		get consent() {
			return view.record.consent;
		},
		get held_back() {
			return view.record.held_back;
		},
		get shared() {
			return view.shared !== null;
		},
		subscribe(listener) {
			// A function of its own, so that one listener can be given twice and each end by itself.
			const entry = () => listener();
			own.add(entry);
			view.listeners.add(entry);
			return () => {
				own.delete(entry);
				view.listeners.delete(entry);
			};
		},
		answer: (question_id, answer) => command({ kind: "answer", question_id, answer }),
		clear: (question_id) => command({ kind: "clear", question_id }),
		draft: (question_id, draft) => command({ kind: "draft", question_id, draft }),
		move: (question_id, language) =>
			command(language ? { kind: "move", question_id, language } : { kind: "move", question_id }),
		complete: () => command({ kind: "complete" }),
		follow() {
			const end = follow(sender, view);
			endings.add(end);
			return end;
		},
		handOff: async () => (await loadHandOff()).handOff(tab, sender.transport, view),
		continueHere: async () => command(await (await loadHandOff()).holdHere(tab)),
		exportUnsent: async () => (await loadRescue()).exportUnsent(tab, view),
		ownData: async () => (await loadOwnData()).ownData(tab, sender, view),
		flush: () => drainBehindLease(sender),
		dismissRefused: (operation_id) => dismissRefused(tab, view, operation_id),
		takeBadges: () => view.badges.splice(0),
		async scores() {
			await drainBehindLease(sender);
			if (pendingOf(tab, view).length > 0) throw unsentBecause(sender);
			const ask = () => request(sender.transport, "GET", `/api/v2/scores/${session_id}`, ScoresReply);
			const reply = await ask();
			const isCompleted = view.shown.status === "completed";
			if (!isCompleted || reply.kind !== "problem" || reply.problem.code !== "session_not_completed") {
				return valueOrThrow(reply);
			}
			// The server does not know of the completion any more: a backup was restored. It is given again.
			await markServerDataLoss(tab, view);
			await drainBehindLease(sender);
			return valueOrThrow(await ask());
		},
		async sendFeedback(feedback) {
			const sent = { body: { ...feedback, session_id } };
			return valueOrThrow(await request(sender.transport, "POST", FEEDBACK, FeedbackReply, sent));
		},
		close() {
			for (const entry of own) view.listeners.delete(entry);
			own.clear();
			for (const end of endings) end();
			endings.clear();
		},
	};
}

function unsentBecause({ status }: OutboxSender): ServerUnreachable {
	return new ServerUnreachable(status.kind === "waiting" ? status.reason : "server");
}
