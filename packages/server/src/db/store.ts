import type {
	AssessmentIndex,
	Command,
	Consent,
	ConsentGiven,
	ExistingProfile,
	HandOffCode,
	Instant,
	Language,
	LifecycleCommand,
	OperationId,
	OperationResult,
	Refusal,
	Scoring,
	SessionExport,
	SessionId,
	SessionState,
} from "@carhythm/core";

/** One immutable version of an assessment, laid out and ready. */
export type AssessmentVersion = {
	version_id: number;
	index: AssessmentIndex;
	/** Stays on the server. */
	scoring: Scoring | null;
};

/** A page as the existing product's table describes it. */
export type ServedPage = {
	id: number;
	/** From 1. */
	order_index: number;
	description: string | null;
	module_name: string | null;
	module_emoji: string | null;
	module_color_primary: string | null;
	module_color_secondary: string | null;
	chapter_number: number | null;
	/** Minutes. */
	estimated_minutes: number | null;
	/** How many questions it asks. */
	questions: number;
};

export type AssessmentStore = {
	/** The pages of a version, in order. Their rows are read once. */
	pagesOf(version: AssessmentVersion): Promise<ServedPage[]>;
	/** The newest version of the default assessment; null while there is none. */
	latestDefault(): Promise<AssessmentVersion | null>;
	/** The newest version of an assessment; null for an unknown key. */
	latest(key: string): Promise<AssessmentVersion | null>;
	byId(version_id: number): Promise<AssessmentVersion | null>;
	/** The newest version that has this page; null for an unknown page. */
	byPage(page_id: number): Promise<AssessmentVersion | null>;
};

/** How far a device has come: the clock of its last write, and the corrected time that came of it. */
export type DeviceWatermark = { device_id: string; client_time: Instant; at: Instant };

/** A session as stored. `find` fills the counts but leaves `answers` and `drafts` empty; `load` fills everything. */
export type StoredSession = {
	response_id: number;
	display_id: string;
	/**
	 * Of the database that it was read from: another one after each restore of a backup. Null for one that is
	 * just beginning.
	 */
	incarnation: string | null;
	version: AssessmentVersion;
	state: SessionState;
	/** The device that wrote last. */
	device: DeviceWatermark | null;
	completed_at: Instant | null;
	/** When Start Fresh set it aside. */
	abandoned_at: Instant | null;
	/** When it is erased, because its student asked for it: it then takes in nothing. */
	erase_at: Instant | null;
	/** What was declared last to the notice. */
	consent: Consent | null;
	/** Whether it can expire only after this moment plus the expiry: an adopted session counts from its adoption. */
	adopted_at: Instant | null;
};

/** One write of a batch. `client_time` is null for a write without a clock of its own. */
export type WriteOperation = {
	operation_id: OperationId;
	command: Command | LifecycleCommand;
	client_time: Instant | null;
	/** As in `SyncOperation`. */
	after?: OperationId | null | undefined;
};

/**
 * Writes of one request to one session, applied in order within one commit, together with other requests'
 * batches.
 */
export type Batch = {
	session_id: SessionId;
	/** Whose clock the operations carry; null when they have none or it is not told. */
	device_id: string | null;
	/** The device's clock at sending; null when the operations have no clock. */
	sent_at: Instant | null;
	operations: readonly WriteOperation[];
	/** `sync`: what comes to an ended session is kept aside as late. `submit`: it is refused. */
	mode: "sync" | "submit";
};

/** A batch of one write that has no clock of its own. */
export function single(
	session_id: SessionId,
	operation_id: OperationId,
	command: Command | LifecycleCommand,
): Batch {
	return {
		session_id,
		device_id: null,
		sent_at: null,
		operations: [{ operation_id, command, client_time: null }],
		mode: "submit",
	};
}

/** `session` is the state after the batch: counts complete, answers and drafts only of the questions touched. */
export type BatchOutcome =
	| { ok: true; session: StoredSession; results: readonly StoredResult[] }
	| { ok: false; refusal: Refusal };

/** The stored result of an operation with what `answers/submit` replays. */
export type StoredResult = {
	result: OperationResult;
	/** Counts right after the operation; null for late and refused ones. */
	counts: { answered: number; ever_answered: number } | null;
	/** Of one that came late: which answer the student saw. A restore may apply it, and then needs to know. */
	after?: OperationId | null;
	/** Of one that came late and was applied by a restore: the answer that stood then and was not seen. */
	conflict?: OperationId;
	/** The operation was known already: this is its result of then. */
	replayed?: true;
};

export type StartOutcome = { ok: true; session: StoredSession } | { ok: false; refusal: Refusal };

/** `too_many`: of one session in a day. */
export type LeaveOutcome = StartOutcome | { ok: false; too_many: true };

export type Person = {
	email: string;
	full_name: string;
	age_group: string;
	country: string;
	origin_country: string;
};

export type HandOffOutcome =
	| { ok: true; code: string; expires_at: Instant }
	| { ok: false; refusal: Refusal };

/** A code on its way in, with the device that goes on. */
export type RedeemRequest = {
	code: HandOffCode;
	operation_id: OperationId;
	device_id: OperationId;
	label: string;
};

export type RedeemOutcome =
	| { ok: true; session_id: SessionId }
	/** With `is_voided` this guess was the last that the code took: for the log, as no reply may tell. */
	| { ok: false; refusal: Refusal; is_voided?: true };

export type SessionStore = {
	/** The session without its answers: cheap. */
	find(session_id: SessionId): Promise<StoredSession | null>;
	/** The session with answers and drafts. */
	load(session_id: SessionId): Promise<StoredSession | null>;
	/** Durable when the promise resolves. */
	operate(batch: Batch): Promise<BatchOutcome>;
	start(request: {
		operation_id: OperationId | null;
		version: AssessmentVersion;
		replaces: SessionId | null;
		language: Language;
		consent?: NewConsent | { refusal: Refusal } | null;
	}): Promise<StartOutcome>;
	/** Undoes Start Fresh: swaps the session with the one that was begun in its place, and applies what was late. */
	restore(session_id: SessionId, operation_id: OperationId): Promise<StartOutcome>;
	/** Gives the session a new id; the former one takes in {@link SessionStore.operateFormer} only. */
	leaveOthers(session_id: SessionId, operation_id: OperationId): Promise<LeaveOutcome>;
	/** A session that had this id before, if its present id still opens it. To be asked when the id is unknown. */
	findByFormer(former: SessionId): Promise<StoredSession | null>;
	/**
	 * Takes in a batch under a former id, but neither `hold` nor `complete`. The outcome tells of the session
	 * what one who holds a former id must not learn.
	 * @returns null for an id that no open session had
	 */
	operateFormer(batch: Batch): Promise<BatchOutcome | null>;
	/** Makes a code that continues the session on another device; see hand-offs.ts. */
	handOff(session_id: SessionId, operation_id: OperationId): Promise<HandOffOutcome>;
	/** Whether a code of this selector may still be redeemed, or its redeeming repeated. Cheap: nothing is hashed. */
	knowsCode(selector: string): Promise<boolean>;
	redeem(request: RedeemRequest): Promise<RedeemOutcome>;
	/** Stores the person and completes the session if it is active, in one commit. */
	saveStudentInfo(session_id: SessionId, person: Person): Promise<StartOutcome>;
	/** Changes the address only; null for an unknown session. */
	saveEmail(session_id: SessionId, email: string): Promise<void>;
};

/** Word that a session has changed, whichever process changed it. */
export type SessionNotifier = {
	/**
	 * Calls `listener` after each change, and sometimes without one: it tells that it is time to look.
	 * @returns a function that ends the subscription
	 */
	subscribe(response_id: number, listener: SessionListener): () => void;
	/** Ends all subscriptions, for a server that stops. */
	close(): void;
};

export type SessionListener = { changed(): void; closed(): void };

export type ScoreStore = {
	/** The stored profile as it is; null when there is none. */
	find(response_id: number): Promise<Record<string, unknown> | null>;
	/** Stores what `find` gives, and for adopted content the columns that the existing product's admin panel reads. */
	save(
		response_id: number,
		profile: Record<string, unknown>,
		existing: ExistingProfile | null,
	): Promise<void>;
};

type Feedback = {
	rating: number | null;
	experience_text: string | null;
	would_recommend: boolean | null;
	suggestions: string | null;
};

export type FeedbackStore = {
	/**
	 * One feedback a session: of a second one, the fields that are not null replace the first one's.
	 * @returns null for an unknown session
	 */
	save(
		session_id: SessionId,
		feedback: Feedback,
	): Promise<(Feedback & { id: number; created_at: Instant }) | null>;
};

/** How much room the disk of the database has. */
export type DiskRoom = { free_bytes: number; is_low: boolean };

export type DiskWatch = {
	/** The room of at most some seconds ago; null where it cannot be told. */
	look(): Promise<DiskRoom | null>;
};

/**
 * `too_many`: of one session; each leaves rows that stay as long as it does. `erase_at` is null once it was
 * undone.
 */
export type ErasureOutcome =
	| { ok: true; erase_at: Instant | null }
	| { ok: false; refusal: Refusal }
	| { ok: false; too_many: true };

/** What a student may have done with everything of a session. */
export type ErasureRequestStore = {
	/** Marks it: it takes in nothing more, and is erased when `ERASE_UNDO_DAYS` have passed. */
	ask(session_id: SessionId, operation_id: OperationId): Promise<ErasureOutcome>;
	/** Takes the mark away, as long as it is there. */
	undo(session_id: SessionId): Promise<ErasureOutcome>;
};

/** A declaration to be stored, with what its notice says. */
export type NewConsent = ConsentGiven & { operation_id: OperationId; content: string };

/** `too_many` as in {@link ErasureOutcome}. */
export type ConsentOutcome =
	| { ok: true; consent: Consent }
	| { ok: false; refusal: Refusal }
	| { ok: false; too_many: true };

export type ConsentStore = {
	/** Enters what was declared to the present notice. */
	give(session_id: SessionId, given: NewConsent): Promise<ConsentOutcome>;
	/** Takes an agreement back: the session takes in no answer until there is another one. */
	withdraw(session_id: SessionId, operation_id: OperationId): Promise<ConsentOutcome>;
};

/** Everything the HTTP side may ask of the database. A failing disk or database throws {@link StorageUnavailable}. */
export type Store = {
	assessments: AssessmentStore;
	sessions: SessionStore;
	scores: ScoreStore;
	feedback: FeedbackStore;
	notifier: SessionNotifier;
	/** What students want to be erased. */
	erasures: ErasureRequestStore;
	/** What they declared to the notice. */
	consents: ConsentStore;
	/** Everything of one session, for its student; null for an unknown one. */
	exportSession(session_id: SessionId): Promise<SessionExport | null>;
	/** Resolves when the database answers, with whether this server may remove sessions; used by /readyz. */
	ping(): Promise<{ may_purge: boolean }>;
	close(): Promise<void>;
};

/**
 * The database cannot take or give data now: full disk, lock, lost connection. Whether a write happened is
 * unknown.
 */
export class StorageUnavailable extends Error {
	override readonly name = "StorageUnavailable";
	/**
	 * What an operator has to mend before it can be available again, in full sentences; null where that is not
	 * known.
	 */
	readonly reason: string | null;

	constructor(message: string, options: ErrorOptions & { reason?: string } = {}) {
		super(message, options);
		this.reason = options.reason ?? null;
	}
}
