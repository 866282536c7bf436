/** The value below which the share `p` (0 to 1) of them lies; 0 of nothing. */
export function quantile(values: readonly number[], p: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
}

export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}
