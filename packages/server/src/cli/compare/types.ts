import type { Reply } from "./api-client.ts";
import type { JsonDifference } from "./json-difference.ts";

/** What stands for a session's id in paths, in bodies and in everything that is printed: an id opens its session. */
export const SESSION_ID = "{session_id}";

/** A value of the old server and the one of ours. */
export type Pair<T> = { old: T; new: T };

/** A session that exists on both servers, and what their replies have said of it so far. */
export type ComparedSession = {
	ids: Pair<string>;
	/** Named by `--session`, so a student's; the others are those that the comparison started. */
	is_students: boolean;
	/** Null until `/progress` was read. */
	has_gaps: boolean | null;
	/** Whether our server calls it completed; null until `/validate` was read. */
	completed: boolean | null;
	/** Of the newest `/scores`. */
	profiles: Pair<unknown> | null;
};

/**
 * One request that both servers get; {@link SESSION_ID} in its path and body stands for each server's own
 * session.
 */
export type ComparedRequest = {
	method: "GET" | "POST";
	path: string;
	/** Where in the comparison it is sent, for the reader of the report. */
	step: string;
	body?: Readonly<Record<string, unknown>>;
	session?: ComparedSession;
};

/** A difference between two replies to one request. `status` is the HTTP status; then the bodies are not compared. */
export type ReplyDifference = JsonDifference & {
	part: "status" | "body";
	request: ComparedRequest;
	replies: Pair<Reply>;
};
