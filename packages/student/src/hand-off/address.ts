const FRAGMENT = /^#continue=(.+)$/;

/**
 * The code of a link that was followed, once: it leaves the address at once, and the history with it. Being
 * behind the `#` it was never sent anywhere.
 */
export function takeCodeFromAddress(): string | null {
	const { hash, pathname, search } = location;
	const found = FRAGMENT.exec(hash)?.[1];
	if (found === undefined) return null;
	history.replaceState(history.state, "", pathname + search);
	try {
		return decodeURIComponent(found);
	} catch {
		return found;
	}
}

/** The code in what was typed or pasted: a whole link will do as well. */
export function codeOf(typed: string): string {
	const found = /#continue=([^#]+)$/.exec(typed.trim())?.[1];
	if (found === undefined) return typed;
	try {
		return decodeURIComponent(found);
	} catch {
		return found;
	}
}

/** The link to this page that carries a code. */
export function linkWith(fragment: string): string {
	return `${location.origin}/${fragment}`;
}
