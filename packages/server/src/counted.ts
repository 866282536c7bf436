/** A number with its noun: `1 row`, `2 rows`, `2 entries`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
	return `${count} ${count === 1 ? noun : plural}`;
}

/** Words of a sentence: `slider, mcq and essay`. */
export function listed(words: readonly string[], last: "and" | "or"): string {
	return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
