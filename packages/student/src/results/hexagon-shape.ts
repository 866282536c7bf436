/** A point of a drawing, in its own units. */
export type Point = { x: number; y: number };

/** A corner of a regular figure that stands on one corner; the first one is on top, the others follow clockwise. */
export function cornerAt(i: number, corners: number, centre: Point, radius: number): Point {
	const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
	return { x: round(centre.x + radius * Math.cos(angle)), y: round(centre.y + radius * Math.sin(angle)) };
}

/** Points as an SVG `points` attribute. */
export function pointList(points: readonly Point[]): string {
	return points.map(({ x, y }) => `${x},${y}`).join(" ");
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
