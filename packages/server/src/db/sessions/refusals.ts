import { type Refusal, refuse } from "@carhythm/core";

type Refused = { ok: false; refusal: Refusal };

/** The reply to an id that stands for something else already. */
export function operationMismatch(): Refused {
	return {
		ok: false,
		refusal: refuse("operation_mismatch", "This id was already used for a different request. Use a new id."),
	};
}

/** The reply to a session id that is not stored. */
export function unknownSession(): Refused {
	return {
		ok: false,
		refusal: refuse("session_not_found", "This assessment session is not known here. Start a new one."),
	};
}

/** The reply to a former id of a session. */
export function sessionMoved(): Refused {
	return {
		ok: false,
		refusal: refuse(
			"session_moved",
			"This assessment was continued elsewhere, and this device was left. What it still had to send is taken in.",
		),
	};
}

/** The reply where another program's table names a session by its id. */
export function sessionNotMovable(): Refused {
	return {
		ok: false,
		refusal: refuse(
			"session_not_movable",
			"Your other devices cannot be left here. Ask the people who gave you this assessment.",
		),
	};
}

/** The reply to every write to a session that its student asked to be erased. */
export function toBeErased(): Refused {
	return {
		ok: false,
		refusal: refuse(
			"session_to_be_erased",
			"These answers are to be deleted, as you asked. Undo that to go on; until then nothing new is taken in.",
		),
	};
}

/** The refusal of a hand-off code: always the same, whatever is wrong with it. */
export function invalidCode(): Refused {
	return {
		ok: false,
		refusal: refuse(
			"hand_off_code_invalid",
			"This code is not valid. Codes work once and for ten minutes: ask for a new one on your other device.",
		),
	};
}
