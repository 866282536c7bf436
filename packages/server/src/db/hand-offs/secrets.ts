import { createHmac, scrypt, timingSafeEqual } from "node:crypto";
import { type HandOffCode, handOffCodeOf, type OperationId, type SessionId } from "@carhythm/core";

const HASH_BYTES = 32;
/** Scrypt's N, with blocks of 1 KiB: 16 MiB and some 40 ms for each guess. */
const COST = 16_384;

/**
 * The code that belongs to an operation. It is not drawn but worked out from two secrets, of which the
 * session id alone has 122 random bits: so the same request, sent again, gets the same code, although no code
 * is ever stored.
 * @param attempt counts up when the selector is taken
 */
export function deriveCode(session_id: SessionId, operation_id: OperationId, attempt: number): HandOffCode {
	return handOffCodeOf(createHmac("sha256", session_id).update(`${operation_id}/${attempt}`).digest());
}

/**
 * The hash under which a verifier is stored. Five symbols are 25 bits, which any fast hash would give away in
 * a second to a thief of a copy of the database. Scrypt makes all of them two weeks of one processor's work,
 * and the code is void after ten minutes. The selector serves as salt: no two codes of one time share it.
 * @param cost less only where nothing is secret, as in a simulation
 */
export function hashVerifier({ selector, verifier }: HandOffCode, cost = COST): Promise<string> {
	return new Promise((resolve, reject) => {
		scrypt(verifier, `carhythm hand-off ${selector}`, HASH_BYTES, { N: cost, r: 8, p: 1 }, (error, key) => {
			if (error) reject(error);
			else resolve(key.toString("base64url"));
		});
	});
}

/** Compares two hashes in a time that tells nothing. */
export function sameHash(a: string, b: string): boolean {
	const [one, other] = [Buffer.from(a), Buffer.from(b)];
	return one.length === other.length && timingSafeEqual(one, other);
}
