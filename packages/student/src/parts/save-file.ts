/** The browser may still read the file when the click is over. */
const KEPT_MS = 60_000;

/** Gives the student a file to keep. */
export function saveFile({ name, text, type }: { name: string; text: string; type: string }): void {
	const href = URL.createObjectURL(new Blob([text], { type }));
	Object.assign(document.createElement("a"), { href, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
