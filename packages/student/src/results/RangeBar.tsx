import { isScored, type ScaleResult, secondTryOf } from "@carhythm/core";

/** Where the parts of a range begin and end, as shares of it: see `bandOf` in core. */
const PARTS = { lower: [0, 0.4], middle: [0.4, 0.6], higher: [0.6, 1] } as const;

/**
 * The possible range of a scale: the dot is the result, the bar how far a second try would usually land. A
 * preliminary result is a striped part without a dot. Only for eyes: a table beside says the same.
 */
export function RangeBar({ scale }: { scale: ScaleResult }) {
	if (isScored(scale)) {
		const { from, to } = secondTryOf(scale);
		return (
			<span class="range-bar" aria-hidden="true">
				<i style={placed(from, to)} />
				<b style={{ insetInlineStart: percent(scale.share) }} />
			</span>
		);
	}
	if (scale.status === "preliminary") {
		const [from, to] = PARTS[scale.band];
		return (
			<span class="range-bar" aria-hidden="true">
				<i class="preliminary" style={placed(from, to)} />
			</span>
		);
	}
	return <span class="range-bar" aria-hidden="true" />;
}

function placed(from: number, to: number) {
	return { insetInlineStart: percent(from), width: percent(to - from) };
}

function percent(share: number): string {
	return `${Math.round(share * 1000) / 10}%`;
}
