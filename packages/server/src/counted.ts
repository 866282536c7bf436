/** A number with its noun: `1 row`, `2 rows`, `2 entries`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
	return `${count} ${count === 1 ? noun : plural}`;
}
