/** Where this project of vitest runs: every story is told on https and on the plain http of a school's network. */
export const place = process.env["CARHYTHM_TEST_PLACE"] === "plain-http" ? "plain-http" : "https";

/** What browsers give to secure contexts only, as far as anybody might be tempted to use it. */
const SECURE_ONLY: readonly (readonly [object, readonly string[]])[] = [
	[Object.getPrototypeOf(crypto), ["randomUUID", "subtle"]],
	[navigator, ["locks", "clipboard", "serviceWorker", "storage"]],
	[globalThis, ["caches", "cookieStore"]],
];

/** Takes away what does not exist on plain http, so that code that needs it fails here and not in a school. */
export function removeSecureOnlyApis(): void {
	for (const [owner, names] of SECURE_ONLY) {
		for (const name of names) Object.defineProperty(owner, name, { value: undefined, configurable: true });
	}
}
