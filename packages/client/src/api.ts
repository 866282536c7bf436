import type {
	Answer,
	AssessmentIndex,
	Command,
	Consent,
	ConsentGiven,
	FeedbackReply,
	FeedbackRequest,
	HeldBack,
	Holder,
	Instant,
	Language,
	OperationId,
	PrivacyReply,
	Problem,
	Refusal,
	ResumeChoice,
	ScoresReply,
	SessionExport,
	SessionId,
	SessionState,
} from "@carhythm/core";
import type * as z from "@carhythm/core/schema";

/** Why answers wait on this device. */
export type WaitReason =
	/** Nothing that speaks CaRhythm's API was reached: no network, or a login page of the network in between. */
	| "offline"
	/** The server was reached and cannot take answers now. */
	| "server"
	/** The server does not know the session (another or a restored database). Everything is kept and tried again. */
	| "unknown_session"
	/** The student asked for the session's erasure: everything waits until that is undone. */
	| "to_be_erased"
	/** The server takes answers only after an agreement, and there is none, or it was taken back. */
	| "agreement"
	/** Written by another version of this app; it is kept for that version. */
	| "unreadable";

/**
 * Where the student's answers are, as strictly as it can be said. `pending` counts operations (answers,
 * drafts, moves) that the server has not acknowledged.
 */
export type SaveStatus =
	/** The server acknowledged everything. */
	| { kind: "saved" }
	/** On the way; nothing is promised yet. */
	| { kind: "sending"; pending: number }
	/** In strictly durable storage: it survives a killed browser, and is sent as soon as possible. */
	| { kind: "on_device"; pending: number; reason: WaitReason }
	/** Waiting, in a storage that does not survive the page or a crash. */
	| { kind: "memory_only"; pending: number; reason: WaitReason }
	/** This device could not store it; it is in memory, still being sent, and lost if the page is closed first. */
	| { kind: "not_saved"; pending: number; reason: "storage_full" | "storage_failed" };

/**
 * How the session stands with the server, as far as this device knows. Only `active` takes answers.
 * `forgotten`: this browser was reset, perhaps by another tab. `moved`: the session has another id, because
 * its student left this device, or in another tab all others; {@link Client.resume} tells which. After both the
 * page should show nothing of the session any more.
 */
export type SessionPhase =
	| "active"
	| "completed"
	| "abandoned"
	| "expired"
	| "unknown_to_server"
	| "moved"
	| "forgotten";

/**
 * What became of a command. `on_device` is true when it is in strictly durable storage, false when it is in
 * memory only (see {@link SaveStatus}); it is on its way to the server in both cases.
 */
export type Outcome = { ok: true; on_device: boolean } | { ok: false; refusal: Refusal };

/** An operation that the server refused. It is kept, and shown to the student, until it is dismissed. */
export type RefusedOperation = {
	operation_id: OperationId;
	command: Command;
	/** A code of the API, for programs. */
	code: string;
	/** A sentence that a student can read (English). */
	detail: string;
	refused_at: Instant;
};

/** The newest version of an assessment, as a new session gets it. */
export type LatestAssessment = {
	version_id: number;
	index: AssessmentIndex;
	/** Days without activity after which a session expires. */
	session_expiry_days: number;
};

/** What {@link Client.resume} found. */
export type Resumed = {
	choice: ResumeChoice;
	/** The assessment version to which the session is pinned; null when there is no session. */
	index: AssessmentIndex | null;
	/** `unreachable`: the choice rests on what this device holds; there may be more on the server. */
	server: "reached" | "unreachable";
};

/** A choice that holds a session. */
export type SessionChoice = Exclude<ResumeChoice, { kind: "nothing" | "moved" }>;

/** The request of {@link Client.start}. */
export type StartOptions = {
	language: Language;
	/** The key of an assessment; the server's default one when absent. */
	assessment?: string;
	/** Start Fresh: this session is set aside in the same moment in which the new one begins. */
	replaces?: SessionId;
	/**
	 * A computer that others use too: no cookie, and once this visit is over (see `Environment.visit`) nothing
	 * of it is shown to anybody; what is sent is deleted. What begins or is taken up within such a visit is
	 * part of it, also without this.
	 */
	shared?: boolean;
	/** What was declared to the notice on the student's data; refused with `notice_outdated` once that has changed. */
	consent?: ConsentGiven;
};

/**
 * Answers that have given way to others, by Start Fresh or its undoing, and that {@link Client.restore}
 * brings back.
 */
export type RestorableSession = {
	session_id: SessionId;
	answered: number;
	/** By the server's clock. */
	until: Instant;
};

/** The device on which a session goes on. */
export type HeldElsewhere = Pick<Holder, "label" | "since">;

/** A code for another device, see {@link Session.handOff}. */
export type HandOff = {
	/** In groups, to be read aloud: `7GK-2M9-XQ4`. */
	code: string;
	/** What a link to the student's page ends with. After a `#` no server and no log ever sees it. */
	fragment: string;
	expires_at: Instant;
	/** From now on, whatever this device's clock says. */
	expires_in_ms: number;
};

/** What only this device has, as a file for the student to keep: see {@link Session.exportUnsent}. */
export type RescueCopy = {
	/** A name for the file. */
	name: string;
	/** Its content, JSON: core's `RescueFile`. It holds answers and the secret session id. */
	text: string;
	/** How many operations are in it. */
	operations: number;
};

/** The request of {@link Client.redeem}. */
export type RedeemOptions = {
	/** As in {@link StartOptions}. */
	shared?: boolean;
};

/** What became of {@link Client.reset}: `unsent` is what only this device has. */
export type ResetOutcome =
	| { ok: true }
	| {
			ok: false;
			pending: number;
			unsent: readonly Pick<RefusedOperation, "operation_id" | "command">[];
	  };

/** The body of a feedback, without the session's id. `rating` goes from 1 to 5. */
export type FeedbackInput = Omit<z.input<typeof FeedbackRequest>, "session_id">;

/** See {@link Session.ownData}. Each throws {@link ServerUnreachable} or {@link RequestRefused}. */
export type OwnData = {
	/** Everything that the server stores of the session. */
	export(): Promise<SessionExport>;
	/** Asks for the erasure of everything; see {@link Session.erase_at}. Nothing that waits is dropped. */
	erase(): Promise<void>;
	/** Undoes that. What waited is sent. */
	keep(): Promise<void>;
	/** Declares that the notice was seen or agreed to. */
	agree(given: ConsentGiven): Promise<void>;
	/** Takes the agreement back: the server takes in no more answers. */
	withdraw(): Promise<void>;
};

/**
 * One session, open in this tab. `state`, `save` and the like are values that are replaced, never changed in
 * place: read them again whenever the listener given to `subscribe` is called.
 *
 * Every command is judged by core's `decide` at once, shows in `state` at once, and its promise resolves when
 * it is known whether the device holds it durably. Nothing waits for the network.
 */
export type Session = {
	readonly session_id: SessionId;
	readonly index: AssessmentIndex;
	readonly state: SessionState;
	/** The short id for people, for example `7GK2M-9XQ4T`. */
	readonly display_id: string;
	/** By the server's clock at its last reply; null before the first. */
	readonly expires_at: Instant | null;
	readonly phase: SessionPhase;
	readonly save: SaveStatus;
	/**
	 * For how long the oldest answer or draft that the server has not acknowledged has been waiting, in
	 * milliseconds by this device's clock; 0 when none waits.
	 */
	readonly waiting_ms: number;
	readonly refused: readonly RefusedOperation[];
	/** Where the student went on; this device then takes no answers. Null while it does. */
	readonly held_elsewhere: HeldElsewhere | null;
	/** When the server erases everything of it, because the student asked for that, here or elsewhere. */
	readonly erase_at: Instant | null;
	/** What was declared last to the notice on the student's data. */
	readonly consent: Consent | null;
	/** Why the server takes nothing in, as far as this device knows. What is done here waits meanwhile. */
	readonly held_back: HeldBack | null;
	/** Whether this is a visit to a shared computer. */
	readonly shared: boolean;
	/**
	 * Calls `listener` after every change, from whichever tab or from the server.
	 * @returns a function that ends the subscription
	 */
	subscribe(listener: () => void): () => void;
	/**
	 * Answers a question; a later answer replaces an earlier one.
	 * @example const outcome = await session.answer(7, { type: "slider", value: 4 });
	 */
	answer(question_id: number, answer: Answer): Promise<Outcome>;
	/** Takes an answer back. */
	clear(question_id: number): Promise<Outcome>;
	/** Keeps something half-done (text, a ranking under way), or discards it with null. */
	draft(question_id: number, draft: Answer | null): Promise<Outcome>;
	/** Tells where the student now is, and in which language. */
	move(question_id: number, language?: Language): Promise<Outcome>;
	/** Finishes the assessment, after everything that is queued. {@link Session.scores} waits for the server. */
	complete(): Promise<Outcome>;
	/**
	 * Hears at once of what other devices do, for as long as the page shows the session.
	 * @returns a function that ends it
	 */
	follow(): () => void;
	/**
	 * Makes a code that continues the session on another device, for one use within minutes. The code before
	 * it becomes void.
	 * @throws {ServerUnreachable}
	 * @throws {RequestRefused} for example for a session that has ended
	 */
	handOff(): Promise<HandOff>;
	/**
	 * Takes the session back from the device where it was continued; without a network too, as far as this
	 * device knows.
	 */
	continueHere(): Promise<Outcome>;
	/**
	 * Everything that the server has not acknowledged, and what it refused, as a file: for when the server
	 * cannot be reached for long. `carhythm import-rescue` takes it in; it may still be sent as well. Null
	 * when there is nothing.
	 */
	exportUnsent(): Promise<RescueCopy | null>;
	/** Tries to send now. Resolves when everything is acknowledged or the attempt has failed; `save` tells which. */
	flush(): Promise<void>;
	/** Takes a refused operation off the list: the student has seen it. */
	dismissRefused(operation_id: OperationId): Promise<void>;
	/** The badges unlocked in this tab since the last call, in order. */
	takeBadges(): string[];
	/**
	 * Sends what is queued, then fetches the result.
	 * @throws {ServerUnreachable} when there was no usable reply
	 * @throws {RequestRefused} for example before completion (`session_not_completed`)
	 */
	scores(): Promise<z.infer<typeof ScoresReply>>;
	/** Stores the student's feedback; a second one replaces the first. Throws like {@link Session.scores}. */
	sendFeedback(feedback: FeedbackInput): Promise<z.infer<typeof FeedbackReply>>;
	/**
	 * What the student may do with the own data.
	 * @throws {ServerUnreachable} as each of its functions does
	 */
	ownData(): Promise<OwnData>;
	/** Ends this tab's use of the session; what is queued stays queued. */
	close(): void;
};

/** The door of the session engine: see `createClient`. */
export type Client = {
	/** Whether this device can hold answers durably. False means: they live as long as the page. */
	readonly durable: boolean;
	/**
	 * Looks for a session to come back to: in the storage, then on the server (by its id, else by the cookie).
	 * Changes nothing on the server. Network trouble is no error: see {@link Resumed.server}.
	 */
	resume(): Promise<Resumed>;
	/**
	 * The newest version of an assessment; of the default one without a key. The last one seen serves while
	 * the server cannot be reached.
	 * @throws {ServerUnreachable} when it cannot be reached and this device never saw the assessment
	 * @throws {RequestRefused} for an unknown key
	 */
	latestAssessment(key?: string): Promise<LatestAssessment>;
	/**
	 * What the server promises about the data of an assessment, and the notice to show before the first answer.
	 * @throws {ServerUnreachable}
	 */
	privacy(key?: string): Promise<PrivacyReply>;
	/**
	 * Begins a session. The request's id is stored first, so that a lost reply, a reload or a second tab never
	 * makes two.
	 * @throws {ServerUnreachable} the session may or may not have begun; calling again takes up the same one
	 * @throws {RequestRefused} for example for an unknown assessment
	 */
	start(options: StartOptions): Promise<Session>;
	/**
	 * Takes up a session that {@link Client.resume} found. Resuming counts as activity with the first `move`.
	 * @throws {RequestRefused} `session_not_found` when this browser was reset since
	 */
	open(choice: SessionChoice): Promise<Session>;
	/**
	 * Undoes Start Fresh: the session becomes active again, and the one that was begun in its place is set aside.
	 * @throws {ServerUnreachable} calling again is safe
	 * @throws {RequestRefused} for example `session_not_restorable` after the grace time
	 */
	restore(session_id: SessionId): Promise<Session>;
	/**
	 * Leaves the other devices: sends what is queued, then lets the session go on here under a new id. The
	 * others show nothing of it any more; what they still have to send is taken in.
	 * @throws {ServerUnreachable} it may have happened; calling again is safe
	 * @throws {RequestRefused} for example for a session that is about to be erased
	 */
	leaveOthers(session_id: SessionId): Promise<Session>;
	/**
	 * What can be restored from here, for a page to offer on later visits: as of the last `resume`, `start`,
	 * `restore` or `redeem`. Null when there is nothing, when the time for it is over, and after a visit to a
	 * shared computer.
	 */
	restorable(): RestorableSession | null;
	/**
	 * Continues a session here by the code that another device shows, as it was typed. A lost reply costs
	 * nothing: the same code may be brought again from here.
	 * @throws {ServerUnreachable}
	 * @throws {RequestRefused} `hand_off_code_invalid` for a code that is wrong, used or too old
	 */
	redeem(code: string, options?: RedeemOptions): Promise<Session>;
	/** Where a session goes on, seen from this device; null when this one may write. */
	heldElsewhere(state: SessionState): HeldElsewhere | null;
	/**
	 * Sends what is unsent, then forgets every session of this device, in all its tabs, and lets the server
	 * take its cookie back. What could not be sent is never dropped in silence: it then does nothing and tells
	 * what that is, unless it may be discarded.
	 */
	reset(options?: { discard_unsent?: boolean }): Promise<ResetOutcome>;
	/** Fetches the code that is loaded only when it is needed, so that a connection lost later stops no student. */
	prepare(): Promise<void>;
	/** Stops sending and listening. What is queued stays in the storage. */
	close(): void;
};

/**
 * Why there was no usable reply. `offline`: none came. `server`: the server is there and cannot serve now.
 * `not_the_api`: something else replied, at a wrong `base_url` for example, or the login page of a network.
 */
export type UnreachableReason = "offline" | "server" | "not_the_api";

/** No usable reply: whether the request had an effect is unknown. */
export class ServerUnreachable extends Error {
	override readonly name = "ServerUnreachable";
	readonly reason: UnreachableReason;
	constructor(reason: UnreachableReason) {
		super(
			reason === "not_the_api"
				? "What replied is no CaRhythm server. Is base_url right?"
				: "The server cannot be reached now.",
		);
		this.reason = reason;
	}
}

/** The server understood the request and said no. `problem.code` is for programs, `problem.detail` for people. */
export class RequestRefused extends Error {
	override readonly name = "RequestRefused";
	readonly problem: Problem;
	constructor(problem: Problem) {
		super(problem.detail);
		this.problem = problem;
	}
}
