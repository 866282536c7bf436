/**
 * The context of this Vitest project. Every test runs in both: https, and the plain http of a school's
 * network.
 */
export const context = process.env["CARHYTHM_TEST_PLACE"] === "plain-http" ? "plain-http" : "https";

/** The APIs that browsers give to secure contexts only, as far as code might use them. */
const SECURE_ONLY: readonly (readonly [object, readonly string[]])[] = [
	[Object.getPrototypeOf(crypto), ["randomUUID", "subtle"]],
	[navigator, ["locks", "clipboard", "serviceWorker", "storage"]],
	[globalThis, ["caches", "cookieStore"]],
];

/** Removes the APIs that plain http lacks, so that code that needs them fails here and not in a school. */
export function removeSecureOnlyApis(): void {
	for (const [owner, names] of SECURE_ONLY) {
		for (const name of names) Object.defineProperty(owner, name, { value: undefined, configurable: true });
	}
}
