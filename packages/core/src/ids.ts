import * as z from "#schema";

/**
 * The id of a session: a random UUID (version 4) in lower case, minted by the server. It is a secret: a
 * person who knows it can read and continue the session, so it never appears in logs, exports, page titles or
 * addresses.
 */
export type SessionId = string & z.$brand<"SessionId">;

/** The id of one write, minted by the writer, kept over retries: the same id always means the same effect. */
export type OperationId = string & z.$brand<"OperationId">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Parses a session id from outside; null for anything that is not a UUID. Upper case is accepted and folded. */
export function parseSessionId(value: string): SessionId | null {
	const folded = value.toLowerCase();
	return UUID.test(folded) ? (folded as SessionId) : null;
}

const ANY_UUID = z.regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "must be a UUID");
const toOperationId = z.transform((value: string) => value.toLowerCase() as OperationId);

/** An operation id as it is told: any UUID, folded to lower case. */
export const OperationId = z.pipe(z.string().check(ANY_UUID), toOperationId);

/** The server's own ids, for answers that were there before it: they lose every tie. */
const RESERVED = /^00000000-0000-(0000-0000-000000000000$|8000-8000-)/;

/** An operation id that the writer brings along: any UUID but those that the server uses itself. */
export const NewOperationId = z.pipe(
	z.string().check(
		ANY_UUID,
		z.refine((value) => !RESERVED.test(value), "is an id of the server's own; make a random UUID"),
	),
	toOperationId,
);

/**
 * Makes a UUID of version 4.
 * @param randomBytes returns that many bytes from a cryptographic source; `crypto.getRandomValues` also works
 *   on plain http, where `crypto.randomUUID` does not exist.
 */
export function mintUuid(randomBytes: (count: number) => Uint8Array): string {
	const bytes = Uint8Array.from(randomBytes(16));
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** {@link mintUuid} for a session. */
export function mintSessionId(randomBytes: (count: number) => Uint8Array): SessionId {
	return mintUuid(randomBytes) as SessionId;
}

/** {@link mintUuid} for a write. */
export function mintOperationId(randomBytes: (count: number) => Uint8Array): OperationId {
	return mintUuid(randomBytes) as OperationId;
}

// Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and typed.
export const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Makes a display id, for example `7GK2M-9XQ4T`: what people and exports use instead of the secret session
 * id. 50 random bits; uniqueness is the database's to check.
 */
export function mintDisplayId(randomBytes: (count: number) => Uint8Array): string {
	const symbols = Array.from(randomBytes(10), (byte) => CROCKFORD.charAt(byte & 31)).join("");
	return `${symbols.slice(0, 5)}-${symbols.slice(5)}`;
}

/** Folds a display id that a person typed (case, spaces, O for 0, I and L for 1); null when it cannot be one. */
export function parseDisplayId(value: string): string | null {
	const folded = foldTyped(value);
	return folded?.length === 10 ? `${folded.slice(0, 5)}-${folded.slice(5)}` : null;
}

/**
 * Symbols of {@link CROCKFORD} as a person typed them, on whatever keyboard: lower case, spaces, hyphens,
 * full-width letters, Arabic digits, O for 0, I and L for 1. Null when anything else is among them.
 */
export function foldTyped(value: string): string | null {
	const folded = value
		.normalize("NFKC")
		.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
		.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
		.replace(/[\s\p{Pd}\p{Cf}]/gu, "")
		.toUpperCase()
		.replace(/O/g, "0")
		.replace(/[IL]/g, "1");
	return /^[0-9A-HJKMNP-TV-Z]*$/.test(folded) ? folded : null;
}
